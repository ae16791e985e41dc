-- Answers a ticket by itself again. Its operator keeps it.
-- in:  ticket id, operator id, now
-- out: {'unlinked'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' then return {'over', ticket[1]} end
if ticket[2] ~= operator then return {'busy', ticket[2]} end
for _, other in ipairs(redis.call('SMEMBERS', K.links(id))) do
  ticket_event(id, 'unlinked', ticket[4], ticket[3], now, {operator = operator, other = other})
end
unlink_ticket(id)
return {'unlinked'}
