-- A role that one process holds at a time. in: name, holder, ms (0 gives it up). out: {'1' | '0'}
local name, holder, ms = unpack(ARGV)
local key = K.leader(name)
local current = redis.call('GET', key)
if current and current ~= holder then return {'0'} end
if ms == '0' then redis.call('DEL', key)
else redis.call('SET', key, holder, 'PX', ms) end
return {'1'}
