-- Replies whose sender never came back: unknown, or queued again where repeating is harmless.
-- in:  account, '1' if repeating is harmless, now. out: {count}
local account, repeat_safe, now = unpack(ARGV)
now = clock(now)
local late = redis.call('ZRANGEBYSCORE', K.sending(account), '-inf', whole(now), 'LIMIT', 0, 100)
for _, id in ipairs(late) do
  local ref = redis.call('HGET', K.out(id), 'ref')
  redis.call('ZREM', K.sending(account), id)
  if ref and redis.call('HGET', K.out(id), 'status') == 'sending' then
    if repeat_safe == '1' then
      redis.call('HSET', K.out(id), 'status', 'queued')
      delivery(id, redis.call('HGET', K.out(id), 'conversation'), ref, now, {status = 'queued', error = 'sender lost'})
    else
      finish_out(ref, id, 'unknown', now, {error = 'the sender stopped before an answer came'})
    end
    schedule(ref, now)
    announce('chat:' .. ref)
  end
end
return {#late}
