-- Gives a conversation to another person, or back to the queue for another group.
-- in:  ticket id, who passes it on, who has it as they see it ('' for nobody), 'person' | 'group', to whom,
--      brief JSON, note turn JSON ('' for none), notice reply JSON ('' for none), ms until an answer is due, now
-- out: {'transferred'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, by, holder, kind, to, brief, note, notice, due_ms, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation', 'group')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'taken' and ticket[1] ~= 'waiting' then return {'over', ticket[1]} end
if (ticket[2] or '') ~= holder then return {'busy', ticket[2]} end
local ref, conversation = ticket[3], ticket[4]
wake_ticket(id, by, now)
unlink_ticket(id)
if holder ~= '' then redis.call('ZREM', K.mine(holder), id) end
redis.call('HSET', K.ticket(id), 'transfer', brief)
if note ~= '' then emit('turn', conversation, ref, now, note) end
local group, epoch = ticket[5], nil
if kind == 'person' then
  redis.call('ZREM', K.queue(), id)
  redis.call('HSET', K.ticket(id), 'status', 'taken', 'operator', to, 'taken_at', whole(now))
  redis.call('HINCRBY', K.ticket(id), 'unread', 1)
  redis.call('ZADD', K.mine(to), whole(now), id)
  epoch = set_owner(ref, 'operator:' .. to, by, now)
else
  group = to
  local due = now + tonumber(due_ms)
  redis.call('HSET', K.ticket(id), 'status', 'waiting', 'operator', '', 'group', to, 'due_at', whole(due),
    'queued_at', whole(now))
  redis.call('HDEL', K.ticket(id), 'taken_at')
  redis.call('ZADD', K.queue(), whole(due), id)
  epoch = set_owner(ref, 'queue', by, now)
end
if notice ~= '' then push_out(ref, conversation, epoch, cjson.decode(notice), now) end
ticket_event(id, 'transferred', conversation, ref, now,
  {by = by, holder = holder, operator = kind == 'person' and to or '', group = group})
announce('chat:' .. ref)
return {'transferred'}
