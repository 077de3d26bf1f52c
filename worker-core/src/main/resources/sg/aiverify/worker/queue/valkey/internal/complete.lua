-- Removes completed entries.
-- KEYS: stream
-- ARGV: group, consumer, 1 to keep the entries in the stream, then id and delivery count of each
-- Returns 1 for each entry that this consumer held, else 0.
local stream = KEYS[1]
local group, me = ARGV[1], ARGV[2]
-- Another group may not have read the entries yet.
local keep = ARGV[3] == '1' or #redis.call('XINFO', 'GROUPS', stream) > 1
local ours = {}
for i = 4, #ARGV, 2 do
  local id, count = ARGV[i], tonumber(ARGV[i + 1])
  local pending = redis.call('XPENDING', stream, group, id, id, 1, me)[1]
  local mine = pending and pending[4] == count
  if mine then
    redis.call('XACK', stream, group, id)
    if not keep then
      redis.call('XDEL', stream, id)
    end
  end
  table.insert(ours, mine and 1 or 0)
end
return ours
