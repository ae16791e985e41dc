-- Writes down what is for colleagues only: a turn of the history that goes into no outbox.
-- in:  ticket id, author's id, note's id, turn JSON, JSON list of the operators it names, now
-- out: {'noted' | 'repeat'} | {'unknown'}
local id, operator, note, turn, named, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'ref', 'conversation')
if not ticket[1] then return {'unknown'} end
if not redis.call('SET', K.once(note), '1', 'NX', 'EX', 24 * 3600) then return {'repeat'} end
emit('turn', ticket[2], ticket[1], now, turn)
for _, who in ipairs(cjson.decode(named)) do
  emit('mention', ticket[2], ticket[1], now,
    cjson.encode({id = note .. ':' .. who, ticket = id, operator = who, by = operator}))
end
announce('ticket:' .. id)
return {'noted'}
