-- Takes this consumer out of the group, unless something is pending: that would be dropped with it.
-- KEYS: stream, liveness key of this consumer
-- ARGV: group, consumer
local stream, alive = KEYS[1], KEYS[2]
local group, me = ARGV[1], ARGV[2]
redis.call('DEL', alive)
if #redis.call('XPENDING', stream, group, '-', '+', 1, me) == 0 then
  redis.call('XGROUP', 'DELCONSUMER', stream, group, me)
end
return 1
