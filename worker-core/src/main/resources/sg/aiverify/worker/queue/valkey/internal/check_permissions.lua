-- Uses every command that the other scripts use, without any effect, so that a user who lacks a permission is told
-- at the start and not when a task is done.
-- KEYS: stream, dead-letter stream, waiting entries by due time, report right of no run
-- ARGV: group, consumer
-- Returns what the server says if it refuses one, else 1.
local stream, dead, waitlist, right = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, me, nobody = ARGV[1], ARGV[2], '0-1'
local uses = {
  {'XPENDING', stream, group, nobody, nobody, 1}, {'XRANGE', stream, nobody, nobody},
  {'XINFO', 'GROUPS', stream}, {'XINFO', 'CONSUMERS', stream, group},
  {'XCLAIM', stream, group, me, 0, nobody, 'JUSTID'}, {'XACK', stream, group, nobody}, {'XDEL', stream, nobody},
  {'XGROUP', 'DELCONSUMER', stream, group, 'nobody'},
  {'XLEN', dead}, {'XADD', dead, 'NOMKSTREAM', nobody, 'task', ''},
  {'ZADD', waitlist, 'XX', 0, nobody}, {'ZREM', waitlist, nobody}, {'ZSCORE', waitlist, nobody},
  {'ZRANGEBYSCORE', waitlist, '-inf', '-inf'},
  {'SET', right, '', 'XX', 'PX', 1}, {'GET', right}, {'PEXPIRE', right, 1}, {'EXISTS', right}, {'DEL', right}, {'TIME'},
}
for _, use in ipairs(uses) do
  local answer = redis.pcall(unpack(use))
  -- Anything else it says is no matter of permissions: an id that is too small, a memory that is full.
  if type(answer) == 'table' and answer.err and (string.find(answer.err, "permission", 1, true)
      or string.find(answer.err, "can't ", 1, true)) then
    return answer
  end
end
return 1
