-- Writes down what came of a call.
-- in:  id, attempt, status sent|failed|unknown|retry, vendor id, error, ms to wait, tries allowed (0: a wait the
--      vendor asked for costs none), ms between sends in a chat, now
-- out: {'settled'} | {'ignored'}
local id, attempt, status, vendor_id, reason, wait_ms, tries, interval_ms, now = unpack(ARGV)
now = clock(now)
local entry = redis.call('HMGET', K.out(id), 'status', 'attempts', 'ref')
-- A sender that was given up as unknown may still learn the truth; anything else is settled for good.
local late = entry[1] == 'unknown' and status == 'sent'
if entry[2] ~= attempt or not (entry[1] == 'sending' or late) then return {'ignored'} end
local ref = entry[3]
redis.call('ZREM', K.sending(account_of(ref)), id)
if status == 'retry' and tries ~= '0' and redis.call('HINCRBY', K.out(id), 'tries', 1) >= tonumber(tries) then
  status = 'failed'
end
if status == 'retry' then
  redis.call('HSET', K.out(id), 'status', 'queued')
  redis.call('HSET', K.conversation(ref), 'send_after', whole(now + tonumber(wait_ms)))
  delivery(id, redis.call('HGET', K.out(id), 'conversation'), ref, now, {status = 'queued', error = reason})
else
  finish_out(ref, id, status, now, {vendor_id = vendor_id, error = reason})
  redis.call('HSET', K.out(id), 'vendor_id', vendor_id)
  if not late then
    redis.call('HSET', K.conversation(ref), 'send_after', whole(now + tonumber(interval_ms)))
  end
end
schedule(ref, now)
announce('chat:' .. ref)
return {'settled'}
