-- Goes on with a conversation that was closed a while ago.
-- in:  ticket id, operator id, ms since closing in which this may be done, now
-- out: {'reopened'} | {'busy', who talks with the customer now} | {'late'} | {'over', status} | {'unknown'}
local id, operator, most_ms, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'ref', 'ended_at')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'closed' then return {'over', ticket[1]} end
if now - tonumber(ticket[3]) > tonumber(most_ms) then return {'late'} end
local live = redis.call('HMGET', K.conversation(ticket[2]), 'id', 'owner')
if live[1] and live[1] ~= '' then return {'busy', live[2]} end
reopen_conversation(ticket[2], id, operator, operator, now)
return {'reopened'}
