-- Ends the conversation; the customer's next message starts a new one.
-- in:  ticket id, operator id, reason, notice reply JSON ('' for none), topic, ms in which it may be reopened, now
-- out: {'closed'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator, reason, notice, topic, reopen_ms, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation')
if not ticket[1] then return {'unknown'} end
if ticket[1] == 'taken' and ticket[2] ~= operator then return {'busy', ticket[2]} end
if ticket[1] ~= 'taken' and ticket[1] ~= 'waiting' then return {'over', ticket[1]} end
local ref = ticket[3]
local epoch = redis.call('HGET', K.conversation(ref), 'epoch')
if notice ~= '' then push_out(ref, ticket[4], epoch, cjson.decode(notice), now) end
if topic ~= '' then
  local tags = redis.call('HGET', K.ticket(id), 'tags') or ''
  redis.call('HSET', K.ticket(id), 'topic', topic)
  ticket_event(id, 'labelled', ticket[4], ref, now, {operator = operator, tags = tags, topic = topic})
end
end_ticket(id, 'closed', operator, now, {reason = reason, topic = topic, operator = operator})
close_conversation(ref, reason, operator, now)
if ticket[1] == 'taken' and tonumber(reopen_ms) > 0 then
  redis.call('HSET', K.conversation(ref), 'reopen_ticket', id, 'reopen_until', whole(now + tonumber(reopen_ms)))
end
return {'closed'}
