-- Gives a conversation to one operator and silences the bot in the same step.
-- in:  ticket id, operator id, greeting reply JSON ('' for none), '1' to take it over a colleague's offer, now
-- out: {'taken', replies of the bot already on their way} | {'offered', operator} | {'busy', operator} |
--      {'over', status} | {'unknown'}
local id, operator, greeting, over_offer, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation', 'created_at',
  'queued_at', 'offered_to', 'offer_ends_at')
if not ticket[1] then return {'unknown'} end
if ticket[1] == 'taken' then
  if ticket[2] == operator then return {'taken', 0} end
  return {'busy', ticket[2]}
end
if ticket[1] ~= 'waiting' then return {'over', ticket[1]} end
local offered = ticket[7] or ''
if offered ~= '' and offered ~= operator and over_offer ~= '1' and tonumber(ticket[8]) > now then
  return {'offered', offered}
end
local ref = ticket[3]
local since = tonumber(ticket[6] or ticket[5])
clear_offer(id)
redis.call('ZREM', K.queue(), id)
redis.call('HSET', K.ticket(id), 'status', 'taken', 'operator', operator, 'taken_at', whole(now), 'unread', 0)
redis.call('HSET', K.conversation(ref), 'last_operator', operator)
redis.call('ZADD', K.mine(operator), whole(now), id)
redis.call('ZADD', K.idle(), whole(now), operator)
redis.call('LPUSH', K.waits(), whole(now - since))
redis.call('LTRIM', K.waits(), 0, 99)
clock_stopped(id, 'take', whole(since), true, operator, now)
local epoch, on_the_way = set_owner(ref, 'operator:' .. operator, operator, now)
if greeting ~= '' then push_out(ref, ticket[4], epoch, cjson.decode(greeting), now) end
ticket_event(id, 'taken', ticket[4], ref, now, {operator = operator})
announce('chat:' .. ref)
return {'taken', on_the_way}
