-- Calls each command that the other scripts use, but changes nothing. So a missing permission is reported at the
-- start, and not when a task is finished.
-- KEYS: stream, dead-letter stream, waiting entries by due time, key that is not the report right of any run
-- ARGV: group, consumer
-- Returns 1. If a permission is missing, returns the server's error.
local stream, dead, waitlist, right = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, me, missing = ARGV[1], ARGV[2], '0-1'
local uses = {
  {'XPENDING', stream, group, missing, missing, 1}, {'XRANGE', stream, missing, missing},
  {'XINFO', 'GROUPS', stream}, {'XINFO', 'CONSUMERS', stream, group},
  {'XCLAIM', stream, group, me, 0, missing, 'JUSTID'}, {'XACK', stream, group, missing}, {'XDEL', stream, missing},
  {'XGROUP', 'DELCONSUMER', stream, group, 'nobody'},
  {'XLEN', dead}, {'XADD', dead, 'NOMKSTREAM', missing, 'task', ''},
  {'ZADD', waitlist, 'XX', 0, missing}, {'ZREM', waitlist, missing}, {'ZSCORE', waitlist, missing},
  {'ZRANGEBYSCORE', waitlist, '-inf', '-inf'},
  {'SET', right, '', 'XX', 'PX', 1}, {'GET', right}, {'PEXPIRE', right, 1}, {'EXISTS', right}, {'DEL', right}, {'TIME'},
}
for _, use in ipairs(uses) do
  local reply = redis.pcall(unpack(use))
  -- Other errors do not concern permissions: for example, an id that is too small, or no free memory.
  if type(reply) == 'table' and reply.err and (string.find(reply.err, "permission", 1, true)
      or string.find(reply.err, "can't ", 1, true)) then
    return reply
  end
end
return 1
