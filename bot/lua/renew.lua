-- Keeps a lease. in: ref, token, lease ms, now. out: {'renewed'} | {'lost'}
-- It may be overtaken by the release, which goes over another connection: what was released stays free, or
-- messages would be left to a holder that is gone.
local ref, token, lease_ms, now = unpack(ARGV)
now = clock(now)
local key = K.conversation(ref)
local held = redis.call('HMGET', key, 'fence', 'lease_until')
if held[1] ~= token or held[2] == '0' then return {'lost'} end
redis.call('HSET', key, 'lease_until', whole(now + tonumber(lease_ms)))
return {'renewed'}
