import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startDatabase } from './support/database.js';
import { readFeed } from './support/feed.js';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { PATIENT } from './support/patient.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { databaseEnv, startService, type Service } from './support/service.js';
import { allTold, subscribe, type SubscribeCommand, type TestStream } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

const MIB = 1024 * 1024;
/** More than the kernel holds for a socket that nobody reads. */
const ROWS = 100;
const TEXT = 'x'.repeat(200_000);
const CLIENTS = 2_000;
/** Sockets that are opened at a time. */
const AT_ONCE = 50;
const VIEWER = { SURREAL_USERNAME: 'viewer', SURREAL_PASSWORD: 'viewer' };
const MOST_LOOKS = 100;
const CHECKPOINT_MS = '500';

/** Only a server collects what its changefeed no longer keeps. */
const describeOnServer = process.env.SURREAL_BIN ? describe : describe.skip;

describe('recovery, where it ends', () => {
  let service: Service;
  const gateways: Gateway[] = [];
  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
    await service.stop();
  }, 60_000);

  it('refuses a gap that the log has no room for', async () => {
    service = await startService();
    const { since } = await left();
    await writeRows(10, TEXT);
    const [roomy, small] = [await another(), await another({ LIMIT_LOG_BYTES: String(MIB) })];
    expect((await resume(roomy, since)).subscribed.recovered).toBe(true);
    expect((await resume(small, since)).subscribed.recovered).toBe(false);
    expect(await metric(small, 'edge_hive_resumes_total{outcome="refused"}')).toBe(1);
  }, 60_000);

  describeOnServer('when the changefeed is collected', () => {
    it('refuses a cursor whose change was collected', async () => {
      service = await serviceThatCollects('2s');
      const { since } = await left();
      await untilCollected('rows:first');
      expect((await resume(await another(VIEWER), since)).subscribed.recovered).toBe(false);
    }, 60_000);

    it('tells every stream to read again when the feed was collected while the service stood still', async () => {
      service = await serviceThatCollects('2s');
      const stream = await subscribe(await service.connect(), { topic: 'rows' });
      await service.writer.query('CREATE rows:seen');
      await stream.next();
      service.gateway.kill('SIGSTOP');
      await service.writer.query('CREATE rows:missed');
      await untilCollected('rows:missed');
      service.gateway.kill('SIGCONT');
      expect(await stream.frame('resync')).toMatchObject({ reason: 'feed_changed' });
    }, 60_000);
  });

  it('tells who reads too slowly to keep up with the log, and nobody else, to read again, and goes on live', async () => {
    service = await startService();
    const { since } = await left();
    await writeRows(ROWS, TEXT);
    const gateway = await another({ ...PATIENT, LIMIT_LOG_BYTES: String(60 * MIB) });
    const stream = await resume(gateway, since);
    expect(stream.subscribed.recovered).toBe(true);
    stream.client.socket.pause();
    const other = await resume(gateway, { fields: ['n'] });
    const sharing = await resume(gateway, {});
    expect(sharing.name).toBe(stream.name);
    await writeRows(2 * ROWS, TEXT);
    await other.take(2 * ROWS);
    await sharing.take(2 * ROWS);
    stream.client.socket.resume();
    expect(await stream.frame('resync')).toMatchObject({ reason: 'overrun' });
    await service.writer.query('CREATE rows:last SET n = 0');
    await stream.client.until(() => stream.told.includes('CREATE rows:last'));
    await sharing.next();
    expect(sharing.frames.filter(({ type }) => type === 'resync')).toEqual([]);
  }, 60_000);

  it('sends no checkpoint before what was missed, nor before the end of a snapshot', async () => {
    service = await startService();
    const { since } = await left();
    await writeRows(ROWS, TEXT);
    const gateway = await another({ ...PATIENT, HEARTBEAT_INTERVAL_MS: CHECKPOINT_MS });
    // They read nothing from before their command on: one that reads fast could have had all of it before it pauses.
    const [replayed, shown] = [await client(gateway), await client(gateway)];
    for (const { socket } of [replayed, shown]) socket.pause();
    replayed.send({ type: 'subscribe', topic: 'rows', ...since });
    shown.send({ type: 'subscribe', topic: 'rows', snapshot: true });
    const watcher = await client(gateway);
    const watched = await subscribe(watcher, { topic: 'rows', fields: ['n'] });
    // It is told one when it is time, and another when that moved: the others were due as well.
    for (const n of [1, 2]) {
      await service.writer.query('CREATE rows SET n = $n', { n });
      await watched.next();
      await watcher.next('checkpoint');
    }
    for (const { socket } of [replayed, shown]) socket.resume();
    await replayed.next('checkpoint');
    await shown.next('checkpoint');
    const before = ({ types }: TestClient) => types.slice(0, types.indexOf('checkpoint'));
    // The row of the cursor itself is repeated.
    expect(before(replayed).filter((type) => type === 'event')).toHaveLength(1 + ROWS + 2);
    expect(shown.frames.filter(({ type }) => type === 'snapshot').at(-1)).toMatchObject({ last: true });
    expect(before(shown).filter((type) => type === 'snapshot')).toEqual(
      shown.types.filter((type) => type === 'snapshot'),
    );
  }, 60_000);

  it('reads the changefeed once for 2,000 who come back at once, while one of them reads slowly', async () => {
    service = await startService();
    const { since } = await left();
    await writeRows(ROWS, TEXT);
    const gateway = await another(PATIENT);
    const clients: TestClient[] = [];
    while (clients.length < CLIENTS) {
      clients.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => client(gateway)))));
    }
    const slow = await client(gateway);
    slow.socket.pause();
    slow.send({ type: 'subscribe', topic: 'rows', ...since });
    const streams = await Promise.all(
      clients.map((each) => subscribe(each, { topic: 'rows', fields: ['n'], ...since })),
    );
    // The row of the cursor itself is repeated.
    const expected = [undefined, ...Array.from({ length: ROWS }, (_, n) => n)];
    for (const stream of streams) {
      expect(stream.subscribed.recovered).toBe(true);
      await stream.client.until(() => stream.events.length > ROWS);
      expect(stream.events.map(({ data }) => data['n'])).toEqual(expected);
    }
    expect(await metric(gateway, 'edge_hive_log_backfills_total')).toBe(1);
    slow.socket.resume();
    await slow.until(() => slow.frames.filter(({ type }) => type === 'event').length > ROWS);
    await Promise.all(clients.map((each) => each.close()));
  }, 120_000);

  /** Its database keeps the changes of its one table for so long, and the service has no table of its own there. */
  async function serviceThatCollects(retention: string): Promise<Service> {
    const database = await startDatabase({ extraArguments: ['--changefeed-gc-interval', '1s'] });
    const root = await database.connect();
    await root.query(`DEFINE TABLE rows CHANGEFEED ${retention} INCLUDE ORIGINAL`);
    await root.query("DEFINE USER viewer ON DATABASE PASSWORD 'viewer' ROLES VIEWER");
    return startService(VIEWER, database);
  }

  async function untilCollected(id: string): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const feed = await readFeed(service.writer);
      if (!feed.some((change) => change.id === id)) return;
      await service.writer.query('CREATE rows; SLEEP 200ms');
    }
    throw new Error(`The changefeed still has ${id}`);
  }

  /** Where a client was that has seen the first row, and is gone. */
  async function left(): Promise<{ since: Pick<SubscribeCommand, 'since' | 'epoch'> }> {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'rows' });
    await service.writer.query('CREATE rows:first');
    const { cursor } = await stream.next();
    await client.close();
    return { since: { since: cursor, epoch: stream.subscribed.epoch } };
  }

  async function writeRows(count: number, text: string): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      await service.writer.query('CREATE rows SET n = $n, text = $text RETURN NONE', { n, text });
    }
  }

  async function another(env: Readonly<Record<string, string>> = {}): Promise<Gateway> {
    const gateway = await startGateway({ ...databaseEnv(service.database), ...env });
    gateways.push(gateway);
    return gateway;
  }

  async function client(gateway: Gateway): Promise<TestClient> {
    const client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
    await client.next('welcome');
    return client;
  }

  async function resume(gateway: Gateway, command: Omit<SubscribeCommand, 'topic'>): Promise<TestStream> {
    return subscribe(await client(gateway), { topic: 'rows', ...command });
  }
});

describe('recovery under a policy', () => {
  let service: Service;
  let file: PolicyFile;
  beforeAll(async () => {
    const topics = {
      marks: { read: 'authenticated' },
      notes: { read: 'authenticated', where: { team: { in: '$claims.teams' } } },
      papers: { read: 'authenticated', where: { team: { in: '$claims.teams' } } },
    };
    file = await policyFile({ topics });
    service = await startService({ POLICY_FILE: file.path });
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  it.each<[string, readonly string[], boolean, boolean]>([
    ['the same rights', ['red'], true, true],
    ['other rights', ['red', 'blue'], true, false],
    ['the same rights, but no epoch to show it', ['red'], false, false],
  ])('asks for the rights under which a cursor was given: %s', async (_, teams, withEpoch, recovered) => {
    const first = await service.connect('ann', { teams: ['red'] });
    const stream = await subscribe(first, { topic: 'notes' });
    await service.writer.query("CREATE notes SET team = 'red'");
    const { cursor } = await stream.next();
    await first.close();
    await service.writer.query("CREATE notes SET team = 'blue'; CREATE notes SET team = 'red'");
    const again = await service.connect('ann', { teams });
    const { epoch } = stream.subscribed;
    const resumed = await subscribe(again, { topic: 'notes', since: cursor, ...(withEpoch && { epoch }) });
    expect(resumed.subscribed.recovered).toBe(recovered);
    await allTold(service, again);
    expect(resumed.events.map(({ data }) => data['team'])).toEqual(recovered ? ['red'] : []);
  });

  it('costs others nothing, who share a stream, when one replays what may not be told', async () => {
    const red = { teams: ['red'] };
    const left = await service.connect('ann', red);
    const { cursor: since, epoch } = (await subscribe(left, { topic: 'papers' })).subscribed;
    await left.close();
    // Nobody is subscribed: on the embedded engine nobody knows whose record it was.
    await service.writer.query("CREATE papers:gone SET team = 'red'; DELETE papers:gone");
    const staying = await subscribe(await service.connect('bob', red), { topic: 'papers' });
    for (const name of ['cid', 'dan']) {
      const stream = await subscribe(await service.connect(name, red), { topic: 'papers', since, epoch });
      expect([stream.name, stream.subscribed.recovered]).toEqual([staying.name, true]);
      if (process.env.SURREAL_BIN) await stream.take(2);
      else expect(await stream.frame('resync')).toMatchObject({ reason: 'unknown_state' });
    }
    await service.writer.query("CREATE papers:seen SET team = 'red'");
    const { cursor } = await staying.next();
    expect(staying.frames.map(({ type }) => type)).toEqual(['event']);
    await staying.client.close();
    await service.writer.query("CREATE papers:missed SET team = 'red'");
    const again = await service.connect('bob', red);
    const resumed = await subscribe(again, { topic: 'papers', since: cursor, epoch: staying.subscribed.epoch });
    expect(resumed.subscribed.recovered).toBe(true);
    await resumed.next();
    expect(resumed.told).toEqual(['CREATE papers:missed']);
  });
});
