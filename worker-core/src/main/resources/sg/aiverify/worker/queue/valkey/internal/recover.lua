-- Takes over entries that no worker processes: waiting entries that are due, and entries whose lease has expired.
-- KEYS: stream, waiting entries by due time, heartbeat key of this consumer, time of the last check of all consumers
-- ARGV: group, consumer, consumer that holds waiting entries, prefix of Java workers' consumers, lease in ms,
--       idle time in ms after which entries of other consumers are taken over (0: never),
--       largest number of entries, time in ms for which another worker's check of all consumers is sufficient
-- Returns a list of {id, attempt, fields, consumer that held the entry, idle time in ms}.
local stream, waitlist, alive, looked = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, me, waiting, prefix = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease, otherIdle, max = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local taken = {}

local function take(id, holder, idle, count)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  redis.call('ZREM', waitlist, id)
  if entry then
    redis.call('XCLAIM', stream, group, me, 0, id, 'RETRYCOUNT', count + 1, 'JUSTID')
    table.insert(taken, {id, count + 1, entry[2], holder, idle})
  else
    -- The entry was deleted, because its run was cancelled. Redis 6.2 would keep it pending forever.
    redis.call('XACK', stream, group, id)
  end
end

local function named(flat, name)
  for i = 1, #flat, 2 do
    if flat[i] == name then
      return flat[i + 1]
    end
  end
end

-- A server without free memory rejects this write. Its tasks must still be processed, so the error is ignored.
local beat = redis.pcall('SET', alive, 1, 'PX', 2 * lease)
if beat.err and not string.find(beat.err, 'OOM', 1, true) then
  return beat
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', waitlist, '-inf', now, 'LIMIT', 0, max)) do
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  if pending and pending[2] == waiting then
    take(id, pending[2], pending[3], pending[4])
  else
    redis.call('ZREM', waitlist, id)
  end
end

-- The cost of a check grows with the number of workers, so each interval has one check for all of them.
local interval, last = tonumber(ARGV[8]), tonumber(redis.call('GET', looked) or 0)
if last <= now and now - last < interval then
  return taken
end
local mark = redis.pcall('SET', looked, now, 'PX', interval)
if mark.err and not string.find(mark.err, 'OOM', 1, true) then
  return mark
end

for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local name = named(consumer, 'name')
  local idle = otherIdle
  if string.sub(name, 1, #prefix) == prefix then
    idle = lease
  end
  if #taken < max and idle > 0 and named(consumer, 'pending') > 0 then
    for _, pending in ipairs(redis.call('XPENDING', stream, group, 'IDLE', idle, '-', '+', max - #taken, name)) do
      -- Waiting entries have their own schedule, unless it was lost.
      if name ~= waiting or not redis.call('ZSCORE', waitlist, pending[1]) then
        take(pending[1], pending[2], pending[3], pending[4])
      end
    end
  end
end
if #taken == max then
  -- There may be more entries, for a worker with free slots.
  redis.call('DEL', looked)
end
return taken
