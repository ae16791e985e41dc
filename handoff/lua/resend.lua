-- Sends a reply whose fate is unknown, or that failed, once more under a new id.
-- in:  ticket id, operator id, id of the old reply, reply JSON (new id and turn), now
-- out: {'queued' | 'repeat'} | {'settled', status} | {'busy', operator} | {'over', status} | {'unknown'}
local id, operator, old, reply, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' then return {'over', ticket[1]} end
if ticket[2] ~= operator then return {'busy', ticket[2]} end
local ref = ticket[3]
local before = redis.call('HMGET', K.out(old), 'status', 'ref', 'payload')
if before[2] ~= ref then return {'unknown'} end
if before[1] ~= 'unknown' and before[1] ~= 'failed' then return {'settled', before[1]} end
reply = cjson.decode(reply)
reply.payload = before[3]
local epoch = redis.call('HGET', K.conversation(ref), 'epoch')
if not push_out(ref, ticket[4], epoch, reply, now) then return {'repeat'} end
announce('chat:' .. ref)
return {'queued'}
