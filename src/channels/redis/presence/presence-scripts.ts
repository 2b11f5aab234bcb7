import { RedisScript } from '../../../redis/redis-script.js';
import { NOW } from '../scripts.js';

/** For how long Redis knows the presence of a channel beyond the last lease, in ms: its numbers must not begin again before. */
const KNOWN_MS = 60_000;

/**
 * KEYS of all: 1 the channel's head, by whose name is published, 2 what is known of its presence (epoch, number of changes, leases), 3 its
 * members. A member's value begins with its owner: the instance that keeps it up, behind a ~ if its connection there is gone. What
 * changes is published with its number, in one order with the channel's messages.
 */
const COMMON = `${NOW}
local command, lease, epoch = ARGV[1], tonumber(ARGV[2]), redis.call('HGET', KEYS[2], 'epoch')
if not epoch then
  epoch = ARGV[3]
  redis.call('HSET', KEYS[2], 'epoch', epoch, 'changes', 0, 'told', 0, 'ready', 0)
end
local function keep()
  redis.call('PEXPIRE', KEYS[2], int(lease + ${KNOWN_MS}))
  redis.call('PEXPIRE', KEYS[3], int(lease + ${KNOWN_MS}))
end
local function tell(sign, text)
  local number = redis.call('HINCRBY', KEYS[2], 'changes', 1)
  redis.call(command, KEYS[1], '!presence ' .. epoch .. ' ' .. int(number) .. ' ' .. sign .. ' ' .. text)
end
local function ownerOf(value) return value:match('^~?(%S+) ') end
local function reap()
  local fields, reaped = redis.call('HGETALL', KEYS[2]), 0
  for i = 1, #fields, 2 do
    local owner = fields[i]:match('^lease:(.+)$')
    if owner and tonumber(fields[i + 1]) < now then
      redis.call('HDEL', KEYS[2], fields[i])
      local members = redis.call('HGETALL', KEYS[3])
      for j = 1, #members, 2 do
        if ownerOf(members[j + 1]) == owner then
          redis.call('HDEL', KEYS[3], members[j])
          tell('-', members[j + 1])
          reaped = reaped + 1
        end
      end
    end
  end
  return reaped
end
`;

/**
 * A member is there, in a state. ARGV: 1 to 3 command, lease, epoch to begin with, 4 the last moment at which this may still be done, 5 its name,
 * 6 its owner, 7 since when, 8 the rest of its value, 9 how many there may be, 10 `keep` if it may not be taken from another owner.
 * @returns `there`, `first` if the owner had no lease, `taken`, `full` or `late`
 */
export const ENTER = new RedisScript(
  `${COMMON}
local deadline = tonumber(ARGV[4])
if deadline > 0 and now > deadline then return 'late' end
local old = redis.call('HGET', KEYS[3], ARGV[5])
if not old and redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[9]) and (reap() == 0 or redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[9])) then
  return 'full'
end
if old and ARGV[10] == 'keep' and ownerOf(old) ~= ARGV[6] then return 'taken' end
local before = old and (old:gsub('^~', ''))
local since = old and old:match('^%S+ (%S+)\\n') or ARGV[7]
local value = ARGV[6] .. ' ' .. since .. '\\n' .. ARGV[8]
local first = redis.call('HSET', KEYS[2], 'lease:' .. ARGV[6], int(now + lease)) == 1
if value ~= old then
  redis.call('HSET', KEYS[3], ARGV[5], value)
  if value ~= before then tell('+', value) end
end
keep()
return first and 'first' or 'there'
`,
  { ordered: true },
);

/** A member is there no more, if this owner has it. ARGV: 1 to 4 as above, 5 its name, 6 its owner, or ~ for any whose connection is gone. */
export const LEAVE = new RedisScript(
  `${COMMON}
local deadline = tonumber(ARGV[4])
if deadline > 0 and now > deadline then return 'late' end
local old = redis.call('HGET', KEYS[3], ARGV[5])
if old and (ownerOf(old) == ARGV[6] or old:sub(1, 1) == ARGV[6]) then
  redis.call('HDEL', KEYS[3], ARGV[5])
  tell('-', old)
end
keep()
return 'gone'
`,
  { ordered: true },
);

/** The connection is gone by which an owner has a member. ARGV: 1 to 6 as above. */
export const LOSE = new RedisScript(
  `${COMMON}
local deadline = tonumber(ARGV[4])
if deadline > 0 and now > deadline then return 'late' end
local old = redis.call('HGET', KEYS[3], ARGV[5])
if old and old:match('^(%S+) ') == ARGV[6] then redis.call('HSET', KEYS[3], ARGV[5], '~' .. old) end
keep()
return 'lost'
`,
  { ordered: true },
);

/**
 * All who watch are to be told what changed: if there is something, and it is time. ARGV: 1 to 3 as above, 4 the pause between two times,
 * 5 from how many changes on it is so many times (6) as long.
 * @returns how many ms are left until it is time; 0: there is nothing more to tell
 */
export const FLUSH = new RedisScript(`${COMMON}
local known = redis.call('HMGET', KEYS[2], 'changes', 'told', 'ready')
local fresh = tonumber(known[1]) - tonumber(known[2])
if fresh == 0 then return 0 end
if now < tonumber(known[3]) then return tonumber(known[3]) - now end
local pause = tonumber(ARGV[4])
if fresh >= tonumber(ARGV[5]) then pause = pause * tonumber(ARGV[6]) end
redis.call('HSET', KEYS[2], 'told', known[1], 'ready', int(now + pause))
redis.call(command, KEYS[1], '!presence ' .. epoch .. ' ' .. known[1] .. ' = ' .. int(pause))
return 0
`);

/**
 * An instance is alive; members of those that are not leave. ARGV: 1 to 3 as above, 4 the instance, or nothing if it has no members.
 * @returns epoch, number of changes, 1 if the lease was lost and with it the members, and how many of others left
 */
export const RENEW = new RedisScript(`${COMMON}
local lost = 0
if ARGV[4] ~= '' then
  if redis.call('HEXISTS', KEYS[2], 'lease:' .. ARGV[4]) == 0 then lost = 1 end
  redis.call('HSET', KEYS[2], 'lease:' .. ARGV[4], int(now + lease))
end
local reaped = reap()
keep()
return {epoch, redis.call('HGET', KEYS[2], 'changes'), lost, reaped}
`);

/** Who is there. ARGV: 1 to 3 as above. @returns epoch, number of changes, and the members' values */
export const ROLL = new RedisScript(`${COMMON}
reap()
keep()
return {epoch, redis.call('HGET', KEYS[2], 'changes'), redis.call('HVALS', KEYS[3])}
`);
