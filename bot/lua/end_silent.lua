-- Ends conversations of the bot that nobody wrote in for long. in: silence ms, now. out: {count}
local silence_ms, now = unpack(ARGV)
now = clock(now)
local ended = 0
local before = whole(now - tonumber(silence_ms))
for _, ref in ipairs(redis.call('ZRANGEBYSCORE', K.talking(), '-inf', before, 'LIMIT', 0, 100)) do
  local live = redis.call('HMGET', K.conversation(ref), 'id', 'owner')
  if live[1] and live[1] ~= '' and live[2] == 'bot' and redis.call('LLEN', K.inbox(ref)) == 0 then
    close_conversation(ref, 'silence', 'system', now)
    ended = ended + 1
  else
    -- People's conversations end when they close them; look again after another while.
    redis.call('ZADD', K.talking(), whole(now), ref)
  end
end
return {ended}
