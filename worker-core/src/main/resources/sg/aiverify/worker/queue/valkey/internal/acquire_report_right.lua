-- Acquires the right to report a run for a delivery that is still ours, and extends its lease.
-- KEYS: stream, report right of the run
-- ARGV: group, consumer, lease in ms, id and delivery count of the entry
-- Returns HELD, ACQUIRED, HELD_ELSEWHERE (another delivery of the run has the right) or LOST.
local stream, right = KEYS[1], KEYS[2]
local group, me, lease, id, count = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local token = me .. ' ' .. id .. ' ' .. count
local there = #redis.call('XRANGE', stream, id, id) > 0
local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
if pending and pending[2] == me and pending[4] == count then
  if there then
    redis.call('XCLAIM', stream, group, me, 0, id, 'JUSTID')
  end
elseif there or pending then
  return 'LOST'
end
-- What is left is ours, or was deleted and is nobody's: only the gateway can tell whether the run is still wanted.
local holder = redis.call('GET', right)
if holder == token then
  redis.call('PEXPIRE', right, lease)
  return 'HELD'
end
if holder then
  return 'HELD_ELSEWHERE'
end
-- A server whose memory is full refuses it, but must be worked off all the same: then the lease alone keeps others off.
local set = redis.pcall('SET', right, token, 'PX', lease)
if set.err then
  return string.find(set.err, 'OOM', 1, true) and 'HELD' or set
end
return 'ACQUIRED'
