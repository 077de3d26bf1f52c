-- Removes the consumers of dead Java workers: those without pending entries and without a heartbeat.
-- The heartbeat keys are in the slot of the stream.
-- KEYS: stream, time of the last sweep
-- ARGV: group, consumer, consumer that holds waiting entries, prefix of Java workers' consumers,
--       prefix of heartbeat keys, time in ms for which another worker's sweep is sufficient
-- Returns the names of the removed consumers.
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
  local fields = {}
  for i = 1, #consumer, 2 do
    fields[consumer[i]] = consumer[i + 1]
  end
  local name = fields.name
  if string.sub(name, 1, #prefix) == prefix and name ~= me and name ~= waiting
    and fields.pending == 0 and redis.call('EXISTS', alive .. name) == 0 then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, name)
    table.insert(removed, name)
  end
end
return removed
