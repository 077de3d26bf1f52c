-- Removes this consumer from the group, unless it holds pending entries: they would be removed with it.
-- KEYS: stream, heartbeat key of this consumer
-- ARGV: group, consumer
local stream, alive = KEYS[1], KEYS[2]
local group, me = ARGV[1], ARGV[2]
redis.call('DEL', alive)
if #redis.call('XPENDING', stream, group, '-', '+', 1, me) == 0 then
  redis.call('XGROUP', 'DELCONSUMER', stream, group, me)
end
return 1
