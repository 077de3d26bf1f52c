-- Hands entries back at once, or schedules them to be tried again later: any worker takes them when they are due. They
-- stay pending, with a consumer of no worker, so that neither the old delivery's fence nor the lease applies to them.
-- KEYS: stream, waiting entries by due time
-- ARGV: group, consumer, consumer that holds waiting entries,
--       then id, delivery count, attempts to count as spent and delay in ms of each
-- One that a cancel deleted is dropped when it is due.
-- Returns 1 for each that was ours, else 0.
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
