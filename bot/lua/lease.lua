-- Takes a conversation for one worker, for a while.
-- in:  ref, wake-up id, lease ms, now
-- out: {'leased', token} | {'held'} its own holder works on | {'covered'} the holder will see the message
local ref, wake, lease_ms, now = unpack(ARGV)
now = clock(now)
local key = K.conversation(ref)
local held = redis.call('HMGET', key, 'lease_until', 'wake')
if tonumber(held[1] or 0) > now then
  -- The holder looks at the inbox once more in the script that ends its lease, and its own wake-up stays
  -- pending until then: this one adds nothing. Only the holder's own must stay, in case it dies.
  if held[2] == wake then return {'held'} end
  redis.call('XACK', K.work(), 'workers', wake)
  redis.call('XDEL', K.work(), wake)
  return {'covered'}
end
local token = redis.call('HINCRBY', key, 'fence', 1)
redis.call('HSET', key, 'lease_until', whole(now + tonumber(lease_ms)), 'wake', wake)
return {'leased', token}
