-- Opens a session of the web chat.
-- in:  token hash, session id, language, name, keep ms
-- out: {'opened'}
local token_hash, session, language, name, keep_ms = unpack(ARGV)
local key = K.websession(token_hash)
redis.call('HSET', key, 'session', session, 'language', language, 'name', name)
redis.call('PEXPIRE', key, keep_ms)
return {'opened'}
