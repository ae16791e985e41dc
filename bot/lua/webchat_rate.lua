-- Counts one request of somebody in a window of time that starts with the first.
-- in:  who, limit, window ms
-- out: {'ok'} | {'wait', ms}
local who, limit, window_ms = unpack(ARGV)
local key = K.webrate(who)
local count = redis.call('INCR', key)
if count == 1 then redis.call('PEXPIRE', key, window_ms) end
if count <= tonumber(limit) then return {'ok'} end
return {'wait', redis.call('PTTL', key)}
