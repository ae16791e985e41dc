-- Keeps a lease. in: ref, token, lease ms, now. out: {'renewed'} | {'lost'}
local ref, token, lease_ms, now = unpack(ARGV)
now = clock(now)
local key = K.conversation(ref)
if redis.call('HGET', key, 'fence') ~= token then return {'lost'} end
redis.call('HSET', key, 'lease_until', whole(now + tonumber(lease_ms)))
return {'renewed'}
