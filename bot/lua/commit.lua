-- Carries out what was decided about one message, all of it or nothing.
-- in:  ref, token, message id, epoch, effect JSON, now
-- out: {'committed', ticket id or ''} | {'moved'} owner changed | {'lost'} lease taken over | {'gone'} done already
local ref, token, message_id, epoch, effect, now = unpack(ARGV)
now = clock(now)
effect = cjson.decode(effect)
local key = K.conversation(ref)
local conversation = redis.call('HMGET', key, 'fence', 'epoch', 'id')
if conversation[1] ~= token then return {'lost'} end
local head = redis.call('LINDEX', K.inbox(ref), 0)
if not head or string.match(head, '^([^|]*)|') ~= message_id then return {'gone'} end
if conversation[2] ~= epoch then return {'moved'} end
local id = conversation[3]

redis.call('LPOP', K.inbox(ref))
redis.call('HSET', key, 'last_at', whole(now))
for _, event in ipairs(effect.events) do emit(event.kind, id, ref, now, event.payload) end
if effect.state then redis.call('HSET', key, 'state', effect.state) end
if effect.language then redis.call('HSET', key, 'language', effect.language) end
if effect.customer then
  for field, value in pairs(effect.customer.fields) do
    redis.call('HSET', K.customer(account_of(ref), effect.customer.user_id), field, value)
  end
end

local ticket = ''
if effect.relay then
  ticket = redis.call('HGET', key, 'ticket')
  redis.call('HSET', K.ticket(ticket), 'last_line', effect.relay)
  redis.call('HINCRBY', K.ticket(ticket), 'unread', 1)
  wake_ticket(ticket, 'customer', now)
  clock_asked(ticket, now)
  announce('ticket:' .. ticket)
  announce('tickets')
end
if effect.ticket then
  ticket = open_ticket(ref, effect.ticket, now)
  epoch = set_owner(ref, 'queue', 'bot', now)
end
for _, reply in ipairs(effect.replies) do push_out(ref, id, epoch, reply, now) end
if effect.close then
  local open = redis.call('HGET', key, 'ticket')
  if open ~= '' then end_ticket(open, 'closed', 'customer', now, {reason = effect.close}) end
  close_conversation(ref, effect.close, 'customer', now)
else
  redis.call('ZADD', K.talking(), whole(now), ref)
end
announce('chat:' .. ref)
return {'committed', ticket}
