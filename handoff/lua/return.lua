-- Gives the conversation back to the bot.
-- in:  ticket id, operator id, notice reply JSON ('' for none), now
-- out: {'returned'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator, notice, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' then return {'over', ticket[1]} end
if ticket[2] ~= operator then return {'busy', ticket[2]} end
local ref = ticket[3]
end_ticket(id, 'returned', operator, now, {})
redis.call('HSET', K.conversation(ref), 'state', '{}', 'ticket', '')
local epoch = set_owner(ref, 'bot', operator, now)
if notice ~= '' then push_out(ref, ticket[4], epoch, cjson.decode(notice), now) end
redis.call('ZADD', K.talking(), whole(now), ref)
announce('chat:' .. ref)
return {'returned'}
