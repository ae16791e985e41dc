-- Queues what an operator wrote; the same reply id twice is one reply.
-- in:  ticket id, operator id, reply JSON, now
-- out: {'queued' | 'repeat'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator, reply, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation', 'replied_at')
if not ticket[1] then return {'unknown'} end
reply = cjson.decode(reply)
-- Asked before the state: a repeat of a reply that was queued must not hear that the ticket has ended since.
if redis.call('EXISTS', K.out(reply.id)) == 1 then return {'repeat'} end
if ticket[1] ~= 'taken' then return {'over', ticket[1]} end
if ticket[2] ~= operator then return {'busy', ticket[2]} end
local ref = ticket[3]
local epoch = redis.call('HGET', K.conversation(ref), 'epoch')
push_out(ref, ticket[4], epoch, reply, now)
-- What the reply teaches is told in the same step, or a crash would leave an answer without its label.
for _, event in ipairs(reply.events or {}) do emit(event.kind, event.conversation, ref, now, event.payload) end
redis.call('HSET', K.ticket(id), 'last_line', reply.line, 'unread', 0)
redis.call('HSET', K.conversation(ref), 'last_at', whole(now))
clock_answered(id, operator, now)
if not ticket[5] then
  redis.call('HSET', K.ticket(id), 'replied_at', whole(now))
  ticket_event(id, 'replied', ticket[4], ref, now, {operator = operator})
end
-- Tickets answered together with this one get the same words, under ids of their own.
for _, other in ipairs(redis.call('SMEMBERS', K.links(id))) do
  local theirs = redis.call('HMGET', K.ticket(other), 'status', 'operator', 'ref', 'conversation', 'replied_at')
  if theirs[1] == 'taken' and theirs[2] == operator then
    local copy = {id = string.sub(reply.id, 1, 41) .. '-' .. other, author = reply.author,
      priority = reply.priority, payload = reply.payload}
    copy.turn = string.gsub(reply.turn, reply.id, copy.id)
    push_out(theirs[3], theirs[4], redis.call('HGET', K.conversation(theirs[3]), 'epoch'), copy, now)
    redis.call('HSET', K.ticket(other), 'last_line', reply.line, 'unread', 0)
    redis.call('HSET', K.conversation(theirs[3]), 'last_at', whole(now))
    clock_answered(other, operator, now)
    if not theirs[5] then
      redis.call('HSET', K.ticket(other), 'replied_at', whole(now))
      ticket_event(other, 'replied', theirs[4], theirs[3], now, {operator = operator})
    end
    announce('ticket:' .. other)
    announce('chat:' .. theirs[3])
  end
end
announce('tickets')
announce('ticket:' .. id)
announce('chat:' .. ref)
return {'queued'}
