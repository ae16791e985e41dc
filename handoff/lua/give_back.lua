-- Puts a taken conversation back into the queue, because its operator is gone or leaves the customer waiting.
-- in:  ticket id, operator id, why ('offline' | 'silent'), the asked_at that was seen, ms of absence it takes, now
-- out: {'back'} | {'present'} things changed meanwhile | {'over', status} | {'unknown'}
local id, operator, why, asked, absent_ms, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'conversation', 'ref', 'asked_at', 'due_at',
  'raised_ms', 'passed')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' or ticket[2] ~= operator then return {'over', ticket[1]} end
if why == 'silent' and (ticket[5] or '') ~= asked then return {'present'} end
if why == 'offline' then
  local beat = redis.call('ZSCORE', K.desks(), operator)
  if beat and now - tonumber(beat) < tonumber(absent_ms) then return {'present'} end
end
wake_ticket(id, 'desk', now)
unlink_ticket(id)
local ref, passed = ticket[4], ticket[8] or ''
redis.call('HSET', K.ticket(id), 'status', 'waiting', 'operator', '', 'taken_at', '', 'queued_at', whole(now),
  'passed', passed .. (passed == '' and '' or ',') .. operator .. '@' .. whole(now))
redis.call('ZREM', K.mine(operator), id)
redis.call('ZADD', K.queue(), whole(tonumber(ticket[6]) - tonumber(ticket[7] or 0)), id)
set_owner(ref, 'queue', 'desk', now)
ticket_event(id, 'given_back', ticket[3], ref, now, {operator = operator, why = why})
announce('operator:' .. operator)
announce('chat:' .. ref)
return {'back'}
