-- Moves entries to the dead letters.
-- KEYS: stream, dead-letter stream
-- ARGV: group, consumer, 1 to keep the entries in the stream, approximate number of dead letters to keep,
--       then entry id, delivery count, task, reason, kind and run id of each
-- Returns the dead letter's id for each entry that this consumer held, else 0. The last number is the number of deleted
-- dead letters.
local stream, dead = KEYS[1], KEYS[2]
local group, me = ARGV[1], ARGV[2]
local keep = ARGV[3] == '1' or #redis.call('XINFO', 'GROUPS', stream) > 1
local ours = {}
local before, added = redis.call('XLEN', dead), 0
for i = 5, #ARGV, 6 do
  local id, count = ARGV[i], tonumber(ARGV[i + 1])
  local pending = redis.call('XPENDING', stream, group, id, id, 1, me)[1]
  local letter = 0
  if pending and pending[4] == count then
    -- A server without free memory rejects XADD only as the first write of a script.
    redis.call('XCLAIM', stream, group, me, 0, id, 'JUSTID')
    letter = redis.call('XADD', dead, 'MAXLEN', '~', ARGV[4], '*', 'task', ARGV[i + 2], 'reason', ARGV[i + 3],
      'kind', ARGV[i + 4], 'attempts', count, 'id', ARGV[i + 5], 'entry', id)
    added = added + 1
    redis.call('XACK', stream, group, id)
    if not keep then
      redis.call('XDEL', stream, id)
    end
  end
  table.insert(ours, letter)
end
table.insert(ours, before + added - redis.call('XLEN', dead))
return ours
