-- Extends leases. An entry is ours only with this consumer and this delivery count.
-- KEYS: stream, liveness key of this consumer
-- ARGV: group, consumer, lease in ms,
--       then id, delivery count and key of the report right (empty: none held) of each;
--       those keys share the stream's slot
-- Returns HELD, DELETED or LOST for each. DELETED: not in the stream, and no other consumer has it. It was deleted, is
-- done, or went with the server's data: only the gateway knows.
local stream, alive = KEYS[1], KEYS[2]
local group, me, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local states = {}
-- A server whose memory is full refuses it, but must be worked off all the same.
local sign = redis.pcall('SET', alive, 1, 'PX', 2 * lease)
if sign.err and not string.find(sign.err, 'OOM', 1, true) then
  return sign
end
for i = 4, #ARGV, 3 do
  local id, count, right = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local pending = redis.call('XPENDING', stream, group, id, id, 1, me)[1]
  local state = 'LOST'
  if pending and pending[4] == count then
    -- Looked up first: on a deleted entry XCLAIM goes on claiming (6.2) or forgets the entry (7 and later).
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
