/*
 * The connections of a load process in C, so that its CPU isn't what is measured. `generator.mjs` speaks with it: a command a
 * line on standard input, a JSON line of an answer on standard output. Frames come ready made, in hex.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 512, HEADROOM = 1 << 20, READ_BYTES = 1 << 20, HELD_BACK_BYTES = 4 << 20, LOOPBACK_ADDRESSES = 16 };
enum { MOST_CONNECTIONS = 65536, STAMP_DIGITS = 16, SUB_BUCKETS = 1024, OCTAVES = 20, MOST_ANSWERS = 8 };
static const char STAMP_MARK[] = "\"t\":\"";
static const double QUIET_US = 300e3, QUIET_BUT_EXPECTED_US = 2e6, ANSWER_US = 30e6;

typedef struct {
  uint8_t *at;
  size_t size;
} Bytes;

typedef enum { CLOSED, HANDSHAKE, OPEN } State;

typedef struct {
  int fd;
  State state;
  bool ready, stalled, wants_write;
  bool awaiting, answered;
  Bytes handshake, rest, out;
  size_t out_capacity;
  long deliveries, acknowledgements;
  double asked;
} Connection;

typedef struct {
  Connection *connection;
  Bytes frame;
  size_t stamp_at;
  double *pending;
  long first, count, capacity, answered;
} Publication;

typedef struct {
  Bytes prefix, frame;
} Answer;

/* How the peer's frames are told apart: see the dialects. */
static struct {
  bool scan;
  size_t delivery_at, acknowledgement_at;
  uint8_t delivery[2], acknowledgement[2];
  Bytes hello, ready, subscribed, error, acknowledged;
  Answer answers[MOST_ANSWERS];
  int answer_count;
} dialect;

static struct {
  long deliveries, acknowledgements, bytes, sent, samples, lost;
  long sample_every, until_sample;
  double began, cpu, longest, last_delivery;
  long buckets[OCTAVES * SUB_BUCKETS];
  char errors[3][256];
  int error_count;
} tally;

static int epoll;
static Connection connections[MOST_CONNECTIONS];
static int connection_count, opening_from;
static Publication *publications;
static int publication_count, publication_capacity;
static Bytes *commands;
static int *command_owner, command_count, command_capacity;
static uint8_t *shared;
static bool flooding, flood_by_acknowledgement;
static void (*on_answers)(Connection *);

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void fail(const char *what) {
  printf("{\"fault\":\"%s\"}\n", what);
  fflush(stdout);
  exit(1);
}

static void *grown(void *list, int *capacity, int count, size_t size) {
  if (count < *capacity) return list;
  *capacity = *capacity ? *capacity * 2 : 64;
  list = realloc(list, *capacity * size);
  if (!list) fail("out of memory");
  return list;
}

static int nibble(char digit) {
  return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

static Bytes from_hex(const char *hex) {
  Bytes bytes = {malloc(strlen(hex) / 2 + 1), strlen(hex) / 2};
  for (size_t n = 0; n < bytes.size; n += 1) bytes.at[n] = nibble(hex[2 * n]) << 4 | nibble(hex[2 * n + 1]);
  return bytes;
}

static bool starts_with(const uint8_t *at, size_t size, Bytes prefix) {
  return prefix.size > 0 && size >= prefix.size && memcmp(at, prefix.at, prefix.size) == 0;
}

/* Latencies: exact below 1,024 us, then to one part in 1,024. */
static int bucket_of(double microseconds) {
  uint64_t value = microseconds < 1 ? 1 : (uint64_t)microseconds;
  if (value < SUB_BUCKETS) return (int)value;
  int octave = 63 - __builtin_clzll(value) - 9;
  if (octave >= OCTAVES) return OCTAVES * SUB_BUCKETS - 1;
  return octave * SUB_BUCKETS + (int)(value >> octave);
}

static double bucket_value(int bucket) {
  int octave = bucket / SUB_BUCKETS;
  return octave == 0 ? bucket : (double)(bucket % SUB_BUCKETS) * (1L << octave);
}

static void record(double microseconds) {
  tally.samples += 1;
  tally.buckets[bucket_of(microseconds)] += 1;
  if (microseconds > tally.longest) tally.longest = microseconds;
}

static double percentile(double part) {
  long rank = (long)ceil(part * tally.samples), seen = 0;
  for (int bucket = 0; bucket < OCTAVES * SUB_BUCKETS; bucket += 1) {
    seen += tally.buckets[bucket];
    if (seen >= rank && tally.buckets[bucket]) return bucket_value(bucket);
  }
  return 0;
}

static void watch(Connection *c, int operation) {
  struct epoll_event event = {.data.ptr = c};
  event.events = (c->stalled ? 0 : EPOLLIN) | (c->wants_write ? EPOLLOUT : 0);
  epoll_ctl(epoll, operation, c->fd, &event);
}

static void drop(Connection *c) {
  if (c->state == CLOSED) return;
  if (c->ready) tally.lost += 1;
  else if (c->asked) fail("the server closed a connection that was not ready");
  close(c->fd);
  c->state = CLOSED;
}

static void put(Connection *c, const uint8_t *bytes, size_t size) {
  if (c->state == CLOSED) return;
  if (c->out.size == 0) {
    ssize_t wrote = write(c->fd, bytes, size);
    if (wrote < 0 && errno != EAGAIN) return drop(c);
    if (wrote > 0) bytes += wrote, size -= wrote;
  }
  if (size == 0) return;
  if (c->out.size + size > c->out_capacity) {
    c->out_capacity = 2 * (c->out.size + size);
    c->out.at = realloc(c->out.at, c->out_capacity);
  }
  memcpy(c->out.at + c->out.size, bytes, size);
  c->out.size += size;
  if (!c->wants_write) c->wants_write = true, watch(c, EPOLL_CTL_MOD);
}

static void writable(Connection *c) {
  ssize_t wrote = write(c->fd, c->out.at, c->out.size);
  if (wrote < 0) {
    if (errno != EAGAIN) drop(c);
    return;
  }
  memmove(c->out.at, c->out.at + wrote, c->out.size - wrote);
  c->out.size -= wrote;
  if (c->out.size == 0) c->wants_write = false, watch(c, EPOLL_CTL_MOD);
}

static double stamp_in(const uint8_t *at, size_t size) {
  const uint8_t *mark = memmem(at, size, STAMP_MARK, sizeof STAMP_MARK - 1);
  if (!mark || mark + sizeof STAMP_MARK - 1 + STAMP_DIGITS > at + size) return -1;
  double time = 0;
  mark += sizeof STAMP_MARK - 1;
  for (int digit = 0; digit < STAMP_DIGITS; digit += 1) time = time * 10 + (mark[digit] - '0');
  return time;
}

static void delivered(Connection *c, const uint8_t *at, size_t size) {
  c->deliveries += 1;
  tally.deliveries += 1;
  if (--tally.until_sample > 0) return;
  tally.until_sample = tally.sample_every;
  double stamp = stamp_in(at, size);
  if (stamp > 0) record(now() - stamp);
}

/* A frame may hold many messages, as those of NATS do: each has a stamp. */
static bool scanned(Connection *c, const uint8_t *at, size_t size) {
  const uint8_t *end = at + size, *from = at;
  while ((from = memmem(from, end - from, STAMP_MARK, sizeof STAMP_MARK - 1))) {
    delivered(c, from, end - from);
    from += sizeof STAMP_MARK;
  }
  return c->ready && memmem(at, size, STAMP_MARK, sizeof STAMP_MARK - 1);
}

/* A frame may hold many acknowledgements, too. */
static void scan_acknowledgements(Connection *c, const uint8_t *at, size_t size) {
  const uint8_t *end = at + size;
  while ((at = memmem(at, end - at, dialect.acknowledged.at, dialect.acknowledged.size))) {
    c->acknowledgements += 1;
    tally.acknowledgements += 1;
    at += dialect.acknowledged.size;
  }
}

static bool marked(const uint8_t *at, size_t size, size_t place, const uint8_t *code) {
  return size >= place + 2 && at[place] == code[0] && at[place + 1] == code[1];
}

static void pong(Connection *c, const uint8_t *at, size_t size) {
  uint8_t frame[6 + 125] = {0x8a, 0x80 | (uint8_t)size};
  memcpy(frame + 6, at, size);
  put(c, frame, 6 + size);
}

static void other(Connection *c, int opcode, const uint8_t *at, size_t size) {
  if (opcode == 0x9) return pong(c, at, size);
  if (opcode == 0x8) return drop(c);
  for (int n = 0; n < dialect.answer_count; n += 1) {
    if (starts_with(at, size, dialect.answers[n].prefix)) put(c, dialect.answers[n].frame.at, dialect.answers[n].frame.size);
  }
  if (!c->ready && starts_with(at, size, dialect.ready)) c->ready = true;
  else if (c->awaiting && starts_with(at, size, dialect.subscribed)) c->awaiting = false, c->answered = true;
  else if (starts_with(at, size, dialect.error) && tally.error_count < 3) {
    char *text = tally.errors[tally.error_count++];
    for (size_t n = 0; n < size && n < sizeof tally.errors[0] - 1; n += 1) {
      text[n] = at[n] == '"' || at[n] == '\\' || at[n] < ' ' ? '\'' : (char)at[n];
    }
  }
}

/* Size of the frame at `at`, 0 while more of it has to come. */
static size_t frame(Connection *c, const uint8_t *at, size_t left) {
  if (left < 2) return 0;
  size_t size = at[1] & 0x7f, from = 2;
  if (size == 126) {
    if (left < 4) return 0;
    size = (size_t)at[2] << 8 | at[3], from = 4;
  } else if (size == 127) {
    if (left < 10) return 0;
    size = 0, from = 10;
    for (int n = 2; n < 10; n += 1) size = size << 8 | at[n];
  }
  if (left < from + size) return 0;
  const uint8_t *payload = at + from;
  int opcode = at[0] & 0xf;
  if (dialect.acknowledged.size > 0 && opcode < 0x8 && c->ready) scan_acknowledgements(c, payload, size);
  if (dialect.scan && opcode < 0x8 && scanned(c, payload, size)) return from + size;
  if (!dialect.scan && opcode == 0x1 && marked(payload, size, dialect.delivery_at, dialect.delivery)) {
    delivered(c, payload, size);
  } else if (!dialect.scan && opcode == 0x1 && marked(payload, size, dialect.acknowledgement_at, dialect.acknowledgement)) {
    c->acknowledgements += 1;
    tally.acknowledgements += 1;
  } else {
    other(c, opcode, payload, size);
  }
  return from + size;
}

static void handshaken(Connection *c) {
  c->state = OPEN;
  if (dialect.hello.size > 0) put(c, dialect.hello.at, dialect.hello.size);
  if (dialect.ready.size == 0) c->ready = true;
}

static void readable(Connection *c) {
  uint8_t *at = shared + HEADROOM - c->rest.size;
  ssize_t got = read(c->fd, shared + HEADROOM, READ_BYTES);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) drop(c);
    return;
  }
  tally.bytes += got;
  memcpy(at, c->rest.at, c->rest.size);
  size_t left = c->rest.size + got;
  if (c->state == HANDSHAKE) {
    uint8_t *end = memmem(at, left, "\r\n\r\n", 4);
    if (end) {
      if (memcmp(at, "HTTP/1.1 101", 12) != 0) fail("the server refused a handshake");
      left -= end + 4 - at;
      at = end + 4;
      handshaken(c);
    }
  }
  while (c->state == OPEN && left > 0) {
    size_t size = frame(c, at, left);
    if (size == 0) break;
    at += size, left -= size;
  }
  if (c->state == CLOSED) return;
  if (left > HEADROOM) fail("a frame is larger than the load generator reads");
  if (left > 0) memcpy(c->rest.at = realloc(c->rest.at, left), at, left);
  c->rest.size = left;
  if (on_answers) on_answers(c);
}

static void pump(double until) {
  struct epoll_event events[EVENTS];
  double wait = (until - now()) / 1e3;
  struct timespec timeout = {.tv_sec = wait / 1e3, .tv_nsec = fmod(wait < 0 ? 0 : wait, 1e3) * 1e6};
  if (wait < 0) timeout = (struct timespec){0};
  int count = epoll_pwait2(epoll, events, EVENTS, &timeout, NULL);
  for (int n = 0; n < count; n += 1) {
    Connection *c = events[n].data.ptr;
    if (c->state != CLOSED && events[n].events & EPOLLOUT) writable(c);
    if (c->state != CLOSED && events[n].events & ~(uint32_t)EPOLLOUT) readable(c);
  }
}

static void begin_opening(Connection *c, int index, int port) {
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + index % LOOPBACK_ADDRESSES);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int on = 1;
  setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(c->fd, (void *)&from, sizeof from) < 0) fail("bind");
  c->asked = now();
  if (connect(c->fd, (void *)&to, sizeof to) < 0) fail("connect");
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  c->state = HANDSHAKE;
  watch(c, EPOLL_CTL_ADD);
  put(c, c->handshake.at, c->handshake.size);
}

/* Opens those that were announced, so many at a time. */
static void open_all(int port, int at_a_time) {
  double deadline = now() + 4 * ANSWER_US, began = now();
  int begun = opening_from, done = opening_from;
  while (done < connection_count) {
    while (begun < connection_count && begun - done < at_a_time) begin_opening(&connections[begun], begun, port), begun += 1;
    pump(now() + 20e3);
    while (done < begun && connections[done].ready) {
      record(now() - connections[done].asked);
      done += 1;
    }
    if (now() > deadline) fail("no answer to a handshake");
  }
  opening_from = connection_count;
  printf("{\"seconds\":%f}\n", (now() - began) / 1e6);
}

/* Sends what was announced, the next command of a connection when the last one was answered. */
static void run_commands(void) {
  int *next = calloc(connection_count, sizeof *next), left = command_count;
  int *following = malloc(command_count * sizeof *following);
  int *last = calloc(connection_count, sizeof *last);
  for (int n = 0; n < connection_count; n += 1) next[n] = last[n] = -1;
  for (int n = 0; n < command_count; n += 1) {
    int owner = command_owner[n];
    following[n] = -1;
    if (last[owner] < 0) next[owner] = n;
    else following[last[owner]] = n;
    last[owner] = n;
  }
  double deadline = now() + 4 * ANSWER_US;
  while (left > 0) {
    for (int n = 0; n < connection_count; n += 1) {
      Connection *c = &connections[n];
      if (c->answered) c->answered = false, left -= 1;
      if (c->awaiting || next[n] < 0) continue;
      c->awaiting = dialect.subscribed.size > 0;
      if (!c->awaiting) left -= 1;
      put(c, commands[next[n]].at, commands[next[n]].size);
      next[n] = following[next[n]];
    }
    if (left > 0) pump(now() + 20e3);
    if (now() > deadline) fail("no answer to a subscribe");
  }
  for (int n = 0; n < command_count; n += 1) free(commands[n].at);
  command_count = 0;
  free(next), free(following), free(last);
  printf("{}\n");
}

static void publish(Publication *p, const double *times, long count) {
  static uint8_t *bytes;
  static size_t capacity;
  if (p->frame.size * count > capacity) bytes = realloc(bytes, capacity = p->frame.size * count);
  for (long n = 0; n < count; n += 1) {
    uint8_t *at = bytes + n * p->frame.size;
    memcpy(at, p->frame.at, p->frame.size);
    uint64_t time = (uint64_t)times[n];
    for (int digit = STAMP_DIGITS - 1; digit >= 0; digit -= 1, time /= 10) at[p->stamp_at + digit] = '0' + time % 10;
  }
  put(p->connection, bytes, p->frame.size * count);
  tally.sent += count;
}

/* So many publishes a second, evenly, whatever comes back; each carries the time when it was due. */
static void pace(double rate, double seconds, double tick_us) {
  double began = now(), deadline = began + seconds * 1e6;
  long wanted = lround(rate * seconds), sent = 0, turn = 0;
  while (sent < wanted && now() < deadline) {
    long due = (long)((now() - began) / 1e6 * rate) + 1;
    if (due > wanted) due = wanted;
    /* Those of one publisher that are due together go out in one write. */
    long count = due - sent, each = count / publication_count, more = count % publication_count;
    for (int n = 0; n < publication_count && n < count; n += 1) {
      Publication *p = &publications[(turn + n) % publication_count];
      double times[each + 1];
      long mine = each + (n < more);
      for (long m = 0; m < mine; m += 1) times[m] = began + (sent + n + m * publication_count) / rate * 1e6;
      if (p->connection->out.size <= HELD_BACK_BYTES) publish(p, times, mine);
    }
    turn = (turn + count) % publication_count;
    sent = due;
    double next = began + (sent / rate) * 1e6, soon = now() + tick_us;
    do pump(next > soon ? next : soon);
    while (now() < next && now() < deadline);
  }
  printf("{}\n");
}

static void refill(Publication *p, long count) {
  double time = now(), times[count];
  for (long n = 0; n < count; n += 1) times[n] = p->pending[(p->first + p->count + n) % p->capacity] = time;
  p->count += count;
  publish(p, times, count);
}

static void flood_answers(Connection *c) {
  int index = (int)(c - connections);
  if (index >= publication_count) return;
  Publication *p = &publications[index];
  long answers = flood_by_acknowledgement ? c->acknowledgements : c->deliveries, count = answers - p->answered;
  if (count <= 0) return;
  p->answered = answers;
  double time = now();
  for (long n = 0; n < count && p->count > 0; n += 1) {
    record(time - p->pending[p->first]);
    p->first = (p->first + 1) % p->capacity;
    p->count -= 1;
  }
  if (flooding) refill(p, count < p->capacity - p->count ? count : p->capacity - p->count);
}

/* Keeps so many publishes of each connection under way. */
static void flood(long window, double seconds, bool by_acknowledgement) {
  tally.sample_every = tally.until_sample = __LONG_MAX__;
  flood_by_acknowledgement = by_acknowledgement;
  for (int n = 0; n < publication_count; n += 1) {
    Publication *p = &publications[n];
    p->pending = realloc(p->pending, window * sizeof *p->pending);
    p->capacity = window, p->first = p->count = 0;
    p->answered = by_acknowledgement ? p->connection->acknowledgements : p->connection->deliveries;
  }
  flooding = true;
  on_answers = flood_answers;
  for (int n = 0; n < publication_count; n += 1) refill(&publications[n], window);
  double until = now() + seconds * 1e6;
  while (now() < until) pump(until);
  flooding = false;
  printf("{}\n");
}

static void begin(long sample_every) {
  double lost = tally.lost;
  memset(&tally, 0, sizeof tally);
  tally.lost = lost;
  tally.sample_every = sample_every > 0 ? sample_every : __LONG_MAX__;
  tally.until_sample = 1;
  tally.began = now();
  tally.cpu = cpu_seconds();
}

static void end(void) {
  double seconds = (now() - tally.began) / 1e6;
  printf("{\"seconds\":%f,\"deliveries\":%ld,\"acknowledgements\":%ld,\"bytes\":%ld,\"sent\":%ld,\"lost\":%ld,", seconds,
         tally.deliveries, tally.acknowledgements, tally.bytes, tally.sent, tally.lost);
  printf("\"cpuShare\":%f,\"latency\":{\"samples\":%ld", (cpu_seconds() - tally.cpu) / seconds, tally.samples);
  if (tally.samples > 0) {
    printf(",\"p50\":%f,\"p99\":%f,\"max\":%f", percentile(0.5) / 1e3, percentile(0.99) / 1e3, tally.longest / 1e3);
  }
  printf("},\"errors\":[");
  for (int n = 0; n < tally.error_count; n += 1) printf("%s\"%s\"", n ? "," : "", tally.errors[n]);
  printf("]}\n");
}

/* Until what is expected has come, or nothing has for a while. */
static void settle(double seconds, long expected) {
  double deadline = now() + seconds * 1e6, quiet = expected == __LONG_MAX__ ? QUIET_US : QUIET_BUT_EXPECTED_US;
  double since = now();
  for (long before = tally.deliveries; tally.deliveries < expected && now() < deadline && now() < since + quiet;) {
    pump(now() + 20e3);
    if (tally.deliveries != before) before = tally.deliveries, since = now();
  }
  on_answers = NULL;
  printf("{}\n");
}

/* One publish after the other, each when all have the last one. */
static void broadcasts(int count, long expected, double seconds) {
  begin(0);
  tally.until_sample = __LONG_MAX__;
  for (int n = 0; n < count; n += 1) {
    double began = now();
    tally.deliveries = 0;
    publish(&publications[0], &began, 1);
    while (tally.deliveries < expected) {
      if (now() > began + seconds * 1e6) fail("a broadcast did not reach all");
      pump(began + seconds * 1e6);
    }
    record(now() - began);
  }
  end();
}

static void set_stalled(bool stalled) {
  for (int n = 0; n < connection_count; n += 1) {
    connections[n].stalled = stalled;
    if (connections[n].state != CLOSED) watch(&connections[n], EPOLL_CTL_MOD);
  }
  printf("{}\n");
}

static void close_all(void) {
  for (int n = 0; n < connection_count; n += 1) {
    Connection *c = &connections[n];
    if (c->state != CLOSED) close(c->fd);
    free(c->handshake.at), free(c->rest.at), free(c->out.at);
  }
  connection_count = opening_from = publication_count = 0;
  printf("{}\n");
}

static void announce_connection(const char *hex) {
  if (connection_count == MOST_CONNECTIONS) fail("too many connections");
  connections[connection_count] = (Connection){.fd = -1, .state = CLOSED, .handshake = from_hex(hex)};
  connection_count += 1;
}

static void announce_command(char *arguments) {
  command_owner = realloc(command_owner, (command_count + 1) * sizeof *command_owner);
  commands = grown(commands, &command_capacity, command_count, sizeof *commands);
  char *hex;
  command_owner[command_count] = strtol(arguments, &hex, 10);
  commands[command_count++] = from_hex(hex + 1);
}

static void announce_publication(char *arguments) {
  char *rest;
  long owner = strtol(arguments, &rest, 10), stamp_at = strtol(rest, &rest, 10);
  publications = grown(publications, &publication_capacity, publication_count, sizeof *publications);
  Publication added = {.connection = &connections[owner], .frame = from_hex(rest + 1), .stamp_at = stamp_at};
  publications[publication_count++] = added;
}

/* A place in the payload, and the two bytes that are there. */
static void set_mark(size_t *at, uint8_t *code, char *value) {
  *at = strtol(value, &value, 10);
  memcpy(code, from_hex(value + 1).at, 2);
}

static void set_dialect(char *setting) {
  char *value = strchr(setting, '=');
  *value++ = 0;
  if (!strcmp(setting, "scan")) dialect.scan = *value == '1';
  else if (!strcmp(setting, "hello")) dialect.hello = from_hex(value);
  else if (!strcmp(setting, "ready")) dialect.ready = from_hex(value);
  else if (!strcmp(setting, "subscribed")) dialect.subscribed = from_hex(value);
  else if (!strcmp(setting, "error")) dialect.error = from_hex(value);
  else if (!strcmp(setting, "acknowledged")) dialect.acknowledged = from_hex(value);
  else if (!strcmp(setting, "delivery")) set_mark(&dialect.delivery_at, dialect.delivery, value);
  else if (!strcmp(setting, "acknowledgement")) set_mark(&dialect.acknowledgement_at, dialect.acknowledgement, value);
  else if (!strcmp(setting, "answer") && dialect.answer_count < MOST_ANSWERS) {
    char *frame_hex = strchr(value, ':');
    *frame_hex++ = 0;
    dialect.answers[dialect.answer_count++] = (Answer){from_hex(value), from_hex(frame_hex)};
  }
}

static void obey(char *line) {
  char *arguments = strchr(line, ' ');
  if (arguments) *arguments++ = 0;
  else arguments = line + strlen(line);
  double a = 0, b = 0, c = 0;
  int given = sscanf(arguments, "%lf %lf %lf", &a, &b, &c);
  if (!strcmp(line, "set")) set_dialect(arguments);
  else if (!strcmp(line, "connection")) announce_connection(arguments);
  else if (!strcmp(line, "command")) announce_command(arguments);
  else if (!strcmp(line, "forget")) publication_count = 0;
  else if (!strcmp(line, "publication")) announce_publication(arguments);
  else if (!strcmp(line, "open")) open_all(a, b);
  else if (!strcmp(line, "run")) run_commands();
  else if (!strcmp(line, "pace")) pace(a, b, c);
  else if (!strcmp(line, "flood")) flood(a, b, c != 0);
  else if (!strcmp(line, "begin")) begin(a), printf("{}\n");
  else if (!strcmp(line, "end")) end();
  else if (!strcmp(line, "settle")) settle(a, given > 1 ? (long)b : __LONG_MAX__);
  else if (!strcmp(line, "broadcasts")) broadcasts(a, b, c);
  else if (!strcmp(line, "stall")) set_stalled(true);
  else if (!strcmp(line, "resume")) set_stalled(false);
  else if (!strcmp(line, "close")) close_all();
  else fail("there is no such command");
  fflush(stdout);
}

int main(void) {
  epoll = epoll_create1(0);
  shared = malloc(HEADROOM + READ_BYTES);
  begin(97);
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  /* Lines of commands are taken between the turns of the sockets, which go on meanwhile. */
  char *input = NULL;
  size_t size = 0, capacity = 0;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  int inbox = epoll_create1(0);
  epoll_ctl(inbox, EPOLL_CTL_ADD, epoll, &event);
  epoll_ctl(inbox, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  for (;;) {
    epoll_wait(inbox, &event, 1, -1);
    pump(0);
    if (size + 65536 > capacity) input = realloc(input, capacity = 2 * (size + 65536));
    ssize_t got = read(STDIN_FILENO, input + size, capacity - size - 1);
    if (got == 0) return 0;
    if (got < 0) continue;
    size += got;
    char *from = input, *newline;
    while ((newline = memchr(from, '\n', input + size - from))) {
      *newline = 0;
      obey(from);
      from = newline + 1;
    }
    size -= from - input;
    memmove(input, from, size);
  }
}
