-- Returns entries to the queue at once, or schedules them for a later retry. Any worker takes them over when they are
-- due. They stay pending with a consumer that is not a worker. So the earlier delivery and its lease end.
-- KEYS: stream, waiting entries by due time
-- ARGV: group, consumer, consumer that holds waiting entries,
--       then id, delivery count, spent attempts and delay in ms of each
-- An entry that was deleted, because its run was cancelled, is removed when it is due.
-- Returns 1 for each entry that this consumer held, else 0.
local stream, waitlist = KEYS[1], KEYS[2]
local group, me, waiting = ARGV[1], ARGV[2], ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ours = {}
for i = 4, #ARGV, 4 do
  local id, count, spent, delay = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], tonumber(ARGV[i + 3])
  local pending = redis.call('XPENDING', stream, group, id, id, 1, me)[1]
  local mine = pending and pending[4] == count
  if mine then
    redis.call('XCLAIM', stream, group, waiting, 0, id, 'RETRYCOUNT', spent, 'JUSTID')
    redis.call('ZADD', waitlist, now + delay, id)
  end
  table.insert(ours, mine and 1 or 0)
end
return ours
