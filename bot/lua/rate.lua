-- Takes a press under "how did we do?" or a comment out of the inbox; no conversation is opened by it.
-- in:  ref, token, message id, verb score|skip|question|comment, conversation, score, comment, turn JSON,
--      reply JSON, the same asking for a comment, reply where it is too late, ms for a comment,
--      ms until a call-back is due ('' for none), id for a message that is handled after all, now
-- out: {'rated'} | {'late'} | {'pass'} it is no comment | {'lost'} | {'gone'}
local ref, token, message_id, verb, id, score, comment, turn, reply, asking, late, comment_ms, due_ms, new_id, now =
  unpack(ARGV)
now = clock(now)
local key = K.conversation(ref)
local live = redis.call('HMGET', key, 'fence', 'id', 'epoch')
if live[1] ~= token then return {'lost'} end
local head = redis.call('LINDEX', K.inbox(ref), 0)
local head_id, body = string.match(head or '', '^([^|]*)|(.*)$')
if head_id ~= message_id then return {'gone'} end
local asked = {}
local flat = redis.call('HGETALL', K.rating(ref))
for place = 1, #flat, 2 do asked[flat[place]] = flat[place + 1] end
local talking = live[2] and live[2] ~= ''
if verb == 'comment' and (talking or tonumber(asked.comment_until or 0) <= now) then return {'pass'} end

local function say(which) if which ~= '' then push_out(ref, id, live[3] or '0', cjson.decode(which), now) end end
local function tell(kind)
  local told = {conversation = id, score = tonumber(asked.score), comment = asked.comment or '',
    operator = asked.operator, customer = asked.customer, channel = asked.channel}
  if due_ms ~= '' then told.call_back_at = now + tonumber(due_ms) end
  emit(kind, id, ref, now, cjson.encode(told))
end
local function keep(field, value)
  asked[field] = value
  redis.call('HSET', K.rating(ref), field, value)
end

redis.call('LPOP', K.inbox(ref))
announce('chat:' .. ref)
if asked.conversation ~= id or (verb ~= 'score' and not asked.score) then
  -- Nobody may write into the history of a conversation by naming it in a button.
  id = ''
  emit('turn', id, ref, now, turn)
  say(late)
  return {'late'}
end
emit('turn', id, ref, now, turn)
if verb == 'score' then
  local first = not asked.score
  keep('score', score)
  tell('rating')
  if first and not talking and tonumber(comment_ms) > 0 then
    keep('comment_until', whole(now + tonumber(comment_ms)))
    say(asking)
  else
    say(reply)
  end
elseif verb == 'comment' then
  redis.call('HDEL', K.rating(ref), 'comment_until')
  keep('comment', comment)
  keep('comment_body', body)
  tell('rating.comment')
  say(reply)
elseif verb == 'question' then
  if asked.comment_body then
    redis.call('HDEL', K.rating(ref), 'comment_body')
    keep('comment', '')
    tell('rating.comment')
    redis.call('RPUSH', K.inbox(ref), new_id .. '|' .. asked.comment_body)
    redis.call('XADD', K.work(), '*', 'ref', ref)
  end
else
  redis.call('HDEL', K.rating(ref), 'comment_until')
  say(reply)
end
return {'rated'}
