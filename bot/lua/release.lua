-- Ends a lease if nothing is left to do, or hands the rest to another worker.
-- in:  ref, token, 'finish' | 'hand_on'
-- out: {'released'} | {'more'} | {'lost'}
local ref, token, how = unpack(ARGV)
local key = K.conversation(ref)
if redis.call('HGET', key, 'fence') ~= token then return {'lost'} end
local left = redis.call('LLEN', K.inbox(ref))
if left > 0 and how == 'finish' then return {'more'} end
local wake = redis.call('HGET', key, 'wake')
redis.call('HSET', key, 'lease_until', 0)
redis.call('XACK', K.work(), 'workers', wake)
redis.call('XDEL', K.work(), wake)
if left > 0 then redis.call('XADD', K.work(), '*', 'ref', ref) end
return {'released'}
