-- Puts a ticket aside until a time, or until the customer writes. An operator's own only.
-- in:  ticket id, operator id, until ms, now
-- out: {'snoozed'} | {'past'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator, until_ms, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' then return {'over', ticket[1]} end
if ticket[2] ~= operator then return {'busy', ticket[2]} end
if tonumber(until_ms) <= now then return {'past'} end
redis.call('ZREM', K.mine(operator), id)
redis.call('ZADD', K.snoozed(), until_ms, id)
redis.call('HSET', K.ticket(id), 'snoozed_until', until_ms, 'unread', 0)
ticket_event(id, 'snoozed', ticket[4], ticket[3], now, {operator = operator, until_ms = tonumber(until_ms)})
return {'snoozed'}
