-- Brings one snoozed ticket back before its time. Asking for one that is not snoozed changes nothing.
-- in:  ticket id, operator id, now
-- out: {'woken'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' then return {'over', ticket[1]} end
if ticket[2] ~= operator then return {'busy', ticket[2]} end
wake_ticket(id, operator, now)
return {'woken'}
