-- The operator has seen what the customer wrote.
-- in:  ticket id, operator id
-- out: {'read'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator = unpack(ARGV)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'unread')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' then return {'over', ticket[1]} end
if ticket[2] ~= operator then return {'busy', ticket[2]} end
if ticket[3] ~= '0' then
  redis.call('HSET', K.ticket(id), 'unread', 0)
  announce('tickets')
end
return {'read'}
