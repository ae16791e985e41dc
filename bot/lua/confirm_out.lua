-- Asked by a sender that was held up between its claim and its call: may it still send?
-- in:  id, attempt, ms the call may take, now. out: {'go'} | {'stop'}
local id, attempt, call_ms, now = unpack(ARGV)
now = clock(now)
local entry = redis.call('HMGET', K.out(id), 'status', 'attempts', 'author', 'epoch', 'ref')
if entry[1] ~= 'sending' or entry[2] ~= attempt then return {'stop'} end
local ref = entry[5]
if entry[3] == 'bot' and not bot_may_speak(ref, entry[4]) then
  redis.call('ZREM', K.sending(account_of(ref)), id)
  finish_out(ref, id, 'cancelled', now, {})
  schedule(ref, now)
  return {'stop'}
end
redis.call('ZADD', K.sending(account_of(ref)), 'XX', whole(now + tonumber(call_ms)), id)
return {'go'}
