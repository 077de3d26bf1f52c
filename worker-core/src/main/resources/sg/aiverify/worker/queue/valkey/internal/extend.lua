-- Extends leases. A lease is held only with this consumer and this delivery count.
-- KEYS: stream, heartbeat key of this consumer
-- ARGV: group, consumer, lease in ms,
--       then, for each entry: id, delivery count, key of the report right (empty if it holds no right);
--       these keys are in the slot of the stream
-- Returns HELD, DELETED or LOST for each. DELETED: the stream does not contain the entry, and no other consumer holds
-- it. It was deleted or completed, or the server lost its data: only the gateway knows which.
local stream, alive = KEYS[1], KEYS[2]
local group, me, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local states = {}
-- A server without free memory rejects this write. Its tasks must still be processed, so the error is ignored.
local beat = redis.pcall('SET', alive, 1, 'PX', 2 * lease)
if beat.err and not string.find(beat.err, 'OOM', 1, true) then
  return beat
end
for i = 4, #ARGV, 3 do
  local id, count, right = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local pending = redis.call('XPENDING', stream, group, id, id, 1, me)[1]
  local state = 'LOST'
  if pending and pending[4] == count then
    -- Checked before XCLAIM, which on a deleted entry continues the lease (6.2) or removes the entry (7 and later).
    if #redis.call('XRANGE', stream, id, id) == 0 then
      state = 'DELETED'
    else
      redis.call('XCLAIM', stream, group, me, 0, id, 'JUSTID')
      state = 'HELD'
    end
  elseif #redis.call('XRANGE', stream, id, id) == 0 and #redis.call('XPENDING', stream, group, id, id, 1) == 0 then
    state = 'DELETED'
  end
  if state ~= 'LOST' and right ~= '' and redis.call('GET', right) == me .. ' ' .. id .. ' ' .. count then
    redis.call('PEXPIRE', right, lease)
  end
  table.insert(states, state)
end
return states
