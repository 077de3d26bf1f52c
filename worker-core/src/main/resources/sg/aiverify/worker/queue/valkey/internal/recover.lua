-- Takes over what nobody works on: entries that wait and are due, and those whose worker let the lease run out.
-- KEYS: stream, waiting entries by due time, liveness key of this consumer, mark of the last look at all consumers
-- ARGV: group, consumer, consumer that holds waiting entries, prefix of our consumers, lease in ms,
--       idle time in ms after which entries of foreign consumers are taken (0: never), how many at most,
--       how long in ms another worker's look at all consumers serves this one
-- Returns a list of {id, attempt, fields, consumer that held it, how long in ms that was idle}.
local stream, waitlist, alive, looked = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, me, waiting, prefix = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease, foreign, max = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local taken = {}

local function take(id, holder, idle, count)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  redis.call('ZREM', waitlist, id)
  if entry then
    redis.call('XCLAIM', stream, group, me, 0, id, 'RETRYCOUNT', count + 1, 'JUSTID')
    table.insert(taken, {id, count + 1, entry[2], holder, idle})
  else
    -- A cancel deleted it; Redis 6.2 would keep it pending for ever.
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

-- A server whose memory is full refuses it, but must be worked off all the same.
local sign = redis.pcall('SET', alive, 1, 'PX', 2 * lease)
if sign.err and not string.find(sign.err, 'OOM', 1, true) then
  return sign
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

-- A look costs as much as there are workers, so not every worker takes one at every interval.
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
  local idle = foreign
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
  -- There may be more, for whoever has room.
  redis.call('DEL', looked)
end
return taken
