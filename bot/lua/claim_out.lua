-- Gives one sender the next reply it may hand to the vendor.
-- in:  account, ms between any two sends, ms the call may take, now
-- out: {'send', id, attempt, ref, author, payload} | {'wait', ms} | {'idle'}
local account, interval_ms, call_ms, now = unpack(ARGV)
now = clock(now)
interval_ms = tonumber(interval_ms)
local next_slot = tonumber(redis.call('GET', K.rate(account)) or 0)
if next_slot > now then return {'wait', whole(next_slot - now)} end

local soonest = nil
for priority = 0, 2 do
  local ready = K.ready(account, priority)
  while true do
    local first = redis.call('ZRANGE', ready, 0, 0, 'WITHSCORES')
    if #first == 0 then break end
    local ref, at = first[1], tonumber(first[2])
    if at > now then
      soonest = math.min(soonest or at, at)
      break
    end
    local id = redis.call('LINDEX', K.out_chat(ref), 0)
    local entry = id and redis.call('HMGET', K.out(id), 'author', 'epoch', 'payload')
    if not id then
      redis.call('ZREM', ready, ref)
    elseif entry[1] == 'bot' and not bot_may_speak(ref, entry[2]) then
      -- Said under an owner who no longer owns: the customer is spared it.
      finish_out(ref, id, 'cancelled', now, {})
      schedule(ref, now)
    else
      local attempt = redis.call('HINCRBY', K.out(id), 'attempts', 1)
      redis.call('HSET', K.out(id), 'status', 'sending')
      redis.call('ZREM', ready, ref)
      redis.call('ZADD', K.sending(account), whole(now + tonumber(call_ms)), id)
      if interval_ms > 0 then
        redis.call('SET', K.rate(account), whole(now + interval_ms), 'PX', math.ceil(interval_ms) + 1000)
      end
      delivery(id, redis.call('HGET', K.out(id), 'conversation'), ref, now,
        {status = 'sending', attempt = attempt})
      return {'send', id, attempt, ref, entry[1], entry[3]}
    end
  end
end
if soonest then return {'wait', whole(soonest - now)} end
return {'idle'}
