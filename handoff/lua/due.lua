-- Notes what is due when, and where the conversation stands in the queue.
-- in:  ticket id, the status, asked_at and held that it was counted from, JSON {clock: ms}, clock shown, its ms,
--      place in the queue
-- out: {'noted'} | {'moved'} things changed meanwhile | {'unknown'}
local id, status, asked, held, dues, clock_shown, due, place = unpack(ARGV)
local key = K.ticket(id)
local is = redis.call('HMGET', key, 'status', 'asked_at', 'held')
if not is[1] then return {'unknown'} end
if is[1] ~= status or (is[2] or '') ~= asked or (is[3] or '') ~= held then return {'moved'} end
dues = cjson.decode(dues)
for _, name in ipairs({'take', 'first', 'next', 'resolve'}) do
  redis.call('HSET', key, 'due_' .. name, dues[name] and whole(dues[name]) or '')
end
redis.call('HSET', key, 'due_clock', clock_shown)
if due ~= '' then redis.call('HSET', key, 'due_at', due) end
redis.call('ZADD', K.queue(), 'XX', place, id)
announce('tickets')
announce('ticket:' .. id)
return {'noted'}
