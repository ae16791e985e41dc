-- An operator joins a conversation the bot still owns: a ticket is made and taken at once.
-- in:  ref, conversation id, operator id, ticket JSON, greeting reply JSON ('' for none), now
-- out: {'taken', ticket id, replies of the bot already on their way} | {'busy', owner} | {'over', ''}
local ref, conversation, operator, ticket, greeting, now = unpack(ARGV)
now = clock(now)
local live = redis.call('HMGET', K.conversation(ref), 'id', 'owner')
if live[1] ~= conversation then return {'over', ''} end
if live[2] ~= 'bot' then return {'busy', live[2]} end
local id = open_ticket(ref, cjson.decode(ticket), now)
redis.call('ZREM', K.queue(), id)
redis.call('HSET', K.ticket(id), 'status', 'taken', 'operator', operator, 'taken_at', whole(now), 'unread', 0)
redis.call('ZADD', K.mine(operator), whole(now), id)
redis.call('ZADD', K.idle(), whole(now), operator)
redis.call('HSET', K.conversation(ref), 'last_operator', operator)
local epoch, on_the_way = set_owner(ref, 'operator:' .. operator, operator, now)
if greeting ~= '' then push_out(ref, conversation, epoch, cjson.decode(greeting), now) end
ticket_event(id, 'taken', conversation, ref, now, {operator = operator})
announce('chat:' .. ref)
return {'taken', id, on_the_way}
