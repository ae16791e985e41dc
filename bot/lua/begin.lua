-- Reads the first message of the inbox and the conversation it belongs to, opening one if none is open.
-- in:  ref, token, id for a new conversation, channel, language, customer key, silence ms, now
-- out: {'message', id, body, attempts, conversation fields as k, v, …} | {'empty'} | {'lost'}
local ref, token, new_id, channel, language, customer, silence_ms, now = unpack(ARGV)
now = clock(now)
local key = K.conversation(ref)
if redis.call('HGET', key, 'fence') ~= token then return {'lost'} end
local head = redis.call('LINDEX', K.inbox(ref), 0)
if not head then return {'empty'} end
local message_id, body = string.match(head, '^([^|]*)|(.*)$')

local open = redis.call('HMGET', key, 'id', 'owner', 'last_at')
local is_open = open[1] and open[1] ~= ''
if is_open and open[2] == 'bot' and now - tonumber(open[3]) > tonumber(silence_ms) then
  close_conversation(ref, 'silence', 'system', now)
  is_open = false
end
if not is_open then
  -- Somebody who writes again shortly after a person closed gets the same person, if they are there. A button
  -- belongs to what the bot asked, such as a rating, and reopens nothing.
  local closed = redis.call('HMGET', key, 'reopen_ticket', 'reopen_until')
  local operator = closed[1] and redis.call('HGET', K.ticket(closed[1]), 'operator')
  local pressed = string.find(body, '"button":"[^"]')
  if operator and tonumber(closed[2]) > now and not pressed and redis.call('EXISTS', K.seen(operator)) == 1 then
    reopen_conversation(ref, closed[1], operator, 'customer', now)
    is_open = true
  end
end
if not is_open then start_conversation(ref, new_id, channel, language, customer, now) end

local seen = redis.call('HMGET', key, 'head', 'attempts')
local attempts = seen[1] == message_id and tonumber(seen[2]) + 1 or 1
redis.call('HSET', key, 'head', message_id, 'attempts', attempts)
local answer = {'message', message_id, body, tostring(attempts)}
for _, value in ipairs(redis.call('HGETALL', key)) do answer[#answer + 1] = value end
return answer
