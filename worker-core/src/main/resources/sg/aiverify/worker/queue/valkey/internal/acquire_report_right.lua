-- Acquires the right to report a run, if this consumer still holds the delivery, and extends the delivery's lease.
-- KEYS: stream, key of the run's report right
-- ARGV: group, consumer, lease in ms, id and delivery count of the entry
-- Returns HELD, ACQUIRED, HELD_ELSEWHERE (another delivery of the run holds the right) or LOST.
local stream, right = KEYS[1], KEYS[2]
local group, me, lease, id, count = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local token = me .. ' ' .. id .. ' ' .. count
local exists = #redis.call('XRANGE', stream, id, id) > 0
local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
if pending and pending[2] == me and pending[4] == count then
  if exists then
    redis.call('XCLAIM', stream, group, me, 0, id, 'JUSTID')
  end
elseif exists or pending then
  return 'LOST'
end
-- The entry is held here, or it was deleted and no consumer holds it. Only the gateway knows whether the result is
-- still needed.
local holder = redis.call('GET', right)
if holder == token then
  redis.call('PEXPIRE', right, lease)
  return 'HELD'
end
if holder then
  return 'HELD_ELSEWHERE'
end
-- A server without free memory rejects this write. Its tasks must still be processed, so only the lease protects the
-- run from other workers then.
local set = redis.pcall('SET', right, token, 'PX', lease)
if set.err then
  return string.find(set.err, 'OOM', 1, true) and 'HELD' or set
end
return 'ACQUIRED'
