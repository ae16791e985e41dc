-- Finds the session of a token and keeps it alive.
-- in:  token hash, keep ms, renew ms
-- out: {'known', session id, language, name} | {'unknown'}
local token_hash, keep_ms, renew_ms = unpack(ARGV)
local key = K.websession(token_hash)
local found = redis.call('HMGET', key, 'session', 'language', 'name')
if not found[1] then return {'unknown'} end
-- A page asks every half minute; writing each of these down would only wear the disk.
if tonumber(keep_ms) - redis.call('PTTL', key) >= tonumber(renew_ms) then
  redis.call('PEXPIRE', key, keep_ms)
  redis.call('PEXPIRE', K.webchat(found[1]), tonumber(keep_ms) + tonumber(renew_ms))
end
return {'known', found[1], found[2] or '', found[3] or ''}
