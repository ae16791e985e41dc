-- An offer was not taken: it ran out, was declined, or its operator went away. The next one may have it.
-- in:  ticket id, operator id, why ('expired' | 'declined' | 'gone'), now
-- out: {'passed'} | {'early'} it still runs | {'over', ''} it is not theirs any more
local id, operator, why, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'offered_to', 'offer_ends_at', 'conversation', 'ref', 'passed')
if not ticket[1] or ticket[1] ~= operator then return {'over', ''} end
if why == 'expired' and tonumber(ticket[2]) > now then return {'early'} end
clear_offer(id)
local passed = ticket[5] or ''
redis.call('HSET', K.ticket(id), 'passed', passed .. (passed == '' and '' or ',') .. operator .. '@' .. whole(now))
ticket_event(id, 'passed', ticket[3], ticket[4], now, {operator = operator, why = why})
return {'passed'}
