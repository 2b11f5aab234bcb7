import { RedisScript } from '../../redis/redis-script.js';
import { SEPARATOR } from './carried.js';

/** For how long Redis knows a channel, beyond the age of its history, when nothing is published and nobody listens, in ms. */
const KNOWN_MS = 5 * 60_000;

/** Before Redis 7, a script may only write after it asked for the time if what it did is replicated, not the script. */
export const NOW = `
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function int(number) return string.format('%.0f', number) end
`;

/**
 * Publishes messages, as one step: those of a channel together, one after the other.
 *
 * KEYS, of each channel: head, messages, and the idempotency key's of each message that has one. ARGV: 1 the command to publish with, 2 for
 * how long an idempotency key counts, 3 the most bytes of a history, 4 the last moment at which this may still be done (0: any); then of
 * each channel 1 its fields, 2 the marks of the messages and 3 their bodies. The fields: epoch and number to begin with, size and age of
 * the history (0: none), and of each message 1 where there is an idempotency key, else 0.
 *
 * A channel whose keys hold something else fails alone; whatever else fails would fail for all.
 * @returns \`late\` and the time; or of each channel \`failed\` and why, or epoch, first number and moment of what was published, and a line
 * for each message that was not: which, and the place of the one before with its key, or \`failed\` and why
 */
export const PUBLISH = new RedisScript(
  `${NOW}
if tonumber(ARGV[4]) > 0 and now > tonumber(ARGV[4]) then return 'late ' .. int(now) end
local most = tonumber(ARGV[3])

local function publish(headKey, messagesKey, key, fields, marks, bodies)
  local epoch, number, size, age, keyed = fields:match('^(%S+) (%d+) (%d+) (%d+) (%d+)$')
  age = tonumber(age)
  local at, previous, keptFor, total, floor = 0, '0000', '', 0, 0
  local head = redis.call('GET', headKey)
  if head then
    local a, b, c, d, e, f, g = head:match('^(%S+) (%d+) (%d+) (%S+) %d+ (%d+) (%d+) (%d+)$')
    if a then epoch, number, at, previous, keptFor, total, floor = a, b, tonumber(c), d, e, tonumber(f), tonumber(g) end
  end
  local before = previous
  local stamp = int(math.max(now, at))
  number = tonumber(number)
  local answer = {epoch .. ' ' .. int(number + 1) .. ' ' .. stamp}

  local function placeOf(mark) return epoch .. ' ' .. int(number) .. ' ' .. stamp .. ' ' .. mark end
  if age == 0 and not keyed:find('1', 1, true) then
    number = number + #keyed
    previous = marks:sub(-4)
  else
    local newMarks, newBodies, n = {}, {}, 0
    for body in bodies:gmatch('[^${SEPARATOR}]+') do
      n = n + 1
      local mark = marks:sub(4 * n - 3, 4 * n)
      local onceKey, known = nil, nil
      if keyed:sub(n, n) == '1' then
        onceKey = KEYS[key]
        key = key + 1
        known = redis.pcall('GET', onceKey)
        if type(known) == 'table' then known = 'failed ' .. known.err end
      end
      if known then
        answer[#answer + 1] = n .. ' ' .. known
      else
        number = number + 1
        local place = placeOf(mark)
        if age > 0 then
          local message = place .. ' ' .. previous .. '\\n' .. body
          redis.call('XADD', messagesKey, 'MAXLEN', '=', size, stamp .. '-' .. int(number), 'm', message, 'c', int(total))
          total = total + #message
        end
        if onceKey then redis.call('SET', onceKey, place, 'PX', ARGV[2]) end
        newMarks[#newMarks + 1] = mark
        newBodies[#newBodies + 1] = body
        previous = mark
      end
    end
    if #newMarks == 0 then return table.concat(answer, '\\n') end
    marks = table.concat(newMarks)
    bodies = table.concat(newBodies, '${SEPARATOR}')
  end
  if age > 0 then
    redis.call('XTRIM', messagesKey, 'MINID', '=', int(math.max(0, now - age)))
    -- total counts the bytes of all messages ever kept, floor those of which are known to be gone; 'c' is what total was before.
    while total - floor > most do
      local oldest = redis.call('XRANGE', messagesKey, '-', '+', 'COUNT', 1)[1]
      if not oldest then floor = total break end
      local gone = tonumber(oldest[2][4])
      if gone > floor then
        floor = gone
      else
        redis.call('XDEL', messagesKey, oldest[1])
        floor = gone + #oldest[2][2]
      end
    end
    redis.call('PEXPIRE', messagesKey, int(age))
  else
    -- What was kept before the policy changed goes; where nothing was, there is nothing to look for.
    if keptFor ~= '0' then redis.call('DEL', messagesKey) end
    total = 0
    floor = 0
  end
  local ttl = int(age + ${KNOWN_MS})
  local newest = placeOf(previous)
  redis.call('SET', headKey, newest .. ' ' .. ttl .. ' ' .. int(age) .. ' ' .. int(total) .. ' ' .. int(floor), 'PX', ttl)
  redis.call(ARGV[1], headKey, answer[1] .. ' ' .. marks .. ' ' .. before .. '\\n' .. bodies)
  return table.concat(answer, '\\n')
end

local answers, key = {}, 1
for n = 5, #ARGV, 3 do
  local done, answer = pcall(publish, KEYS[key], KEYS[key + 1], key + 2, ARGV[n], ARGV[n + 1], ARGV[n + 2])
  if not done then
    local text = type(answer) == 'table' and answer.err or tostring(answer)
    if not text:find('WRONGTYPE', 1, true) then error(answer, 0) end
    answer = 'failed ' .. text
  end
  answers[#answers + 1] = answer
  local _, keyed = ARGV[n]:match('%d+$'):gsub('1', '')
  key = key + 2 + keyed
end
return answers
`,
  { ordered: true },
);

/**
 * Reads where a channel is, and messages that are kept of it, as one step. KEYS: head, messages. ARGV: 1 the command, XRANGE or
 * XREVRANGE, 2 how many messages at most, 3 the id after which, or nothing, 4 the id up to which, 5, 6 and 7 epoch, number and mark to
 * begin with where the channel isn't known, or was set back, 8 after how many bytes to stop, 9 \`begin\` if it may begin, 10, 11 and 12 epoch,
 * number and mark of a message that was here, or nothing.
 *
 * Redis can be set back behind that message: by a failover, or a server that two instances took for two. The channel then begins anew, so
 * that all are told of it, also those who never knew of what is gone.
 * @returns the head, or an empty text, and the messages
 */
export const READ = new RedisScript(`${NOW}
local head = redis.call('GET', KEYS[1])
if not head then
  if ARGV[9] ~= 'begin' then return {'', {}} end
  head = ARGV[5] .. ' ' .. ARGV[6] .. ' ' .. int(now) .. ' ' .. ARGV[7] .. ' ${KNOWN_MS} 0 0 0'
  redis.call('SET', KEYS[1], head, 'PX', ${KNOWN_MS})
elseif ARGV[10] ~= '' then
  local epoch, number, at, mark, rest = head:match('^(%S+) (%d+) (%d+) (%S+) (.+)$')
  local known = tonumber(ARGV[11])
  local gone = false
  if epoch == ARGV[10] then
    number = tonumber(number)
    gone = number < known or (number == known and mark ~= ARGV[12])
    if number > known then
      local there = redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3])[1]
      if there then
        gone = there[2][2]:match('^%S+ %d+ %d+ (%S+)') ~= ARGV[12]
      else
        -- What is kept has no holes: an older one must not be there without it.
        local oldest = redis.call('XRANGE', KEYS[2], '-', '(' .. ARGV[3], 'COUNT', 1)[1]
        gone = oldest ~= nil
      end
    end
  end
  if gone then
    head = ARGV[5] .. ' ' .. ARGV[6] .. ' ' .. int(math.max(now, tonumber(at))) .. ' ' .. ARGV[7] .. ' ' .. rest
    redis.call('SET', KEYS[1], head, 'PX', rest:match('^%d+'))
  end
end
if ARGV[2] == '0' then return {head, {}} end
local first = '-'
local age = head:match('^%S+ %d+ %d+ %S+ %d+ (%d+) ')
local oldest = now - tonumber(age or '0')
if ARGV[3] ~= '' then first = '(' .. ARGV[3] end
if first == '-' or tonumber(ARGV[3]:match('^%d+')) < oldest then first = int(math.max(0, oldest)) end
local from, to = first, ARGV[4]
if ARGV[1] == 'XREVRANGE' then from, to = ARGV[4], first end
local messages, bytes, most, room = {}, 0, tonumber(ARGV[2]), tonumber(ARGV[8])
while #messages < most and bytes < room do
  local count = math.min(8, most - #messages)
  local entries = redis.call(ARGV[1], KEYS[2], from, to, 'COUNT', count)
  for _, entry in ipairs(entries) do
    messages[#messages + 1] = entry[2][2]
    bytes = bytes + #entry[2][2]
    from = '(' .. entry[1]
  end
  if #entries < count then break end
end
return {head, messages}
`);
