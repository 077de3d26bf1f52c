-- Removes consumers of dead workers: ours by name, nothing pending, no sign of life. Foreign ones are left alone.
-- The liveness keys looked at share the stream's slot.
-- KEYS: stream, mark of the last sweep
-- ARGV: group, consumer, consumer that holds waiting entries, prefix of our consumers, prefix of liveness keys,
--       how long in ms another worker's sweep serves this one
-- Returns the names of those removed.
local stream, swept = KEYS[1], KEYS[2]
local group, me, waiting, prefix, alive = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local removed = {}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval, last = tonumber(ARGV[6]), tonumber(redis.call('GET', swept) or 0)
if last <= now and now - last < interval then
  return removed
end
local mark = redis.pcall('SET', swept, now, 'PX', interval)
if mark.err and not string.find(mark.err, 'OOM', 1, true) then
  return mark
end
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local about = {}
  for i = 1, #consumer, 2 do
    about[consumer[i]] = consumer[i + 1]
  end
  local name = about.name
  if string.sub(name, 1, #prefix) == prefix and name ~= me and name ~= waiting
    and about.pending == 0 and redis.call('EXISTS', alive .. name) == 0 then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, name)
    table.insert(removed, name)
  end
end
return removed
