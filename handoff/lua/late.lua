-- Says once that a deadline is near ('warned') or was missed ('breached'); a missed one stands out in lists.
-- in:  ticket id, the asked_at seen, clock, what, since ms, due ms, target s, now
-- out: {'said'} | {'known'} | {'moved'} things changed meanwhile | {'unknown'}
local id, asked, name, what, since, due, target, now = unpack(ARGV)
now = clock(now)
local key = K.ticket(id)
local is = redis.call('HMGET', key, 'asked_at', what .. '_' .. name, 'conversation', 'ref', 'group', 'priority',
  'channel', 'operator', 'status')
if not is[3] then return {'unknown'} end
if is[9] ~= 'waiting' and is[9] ~= 'taken' then return {'moved'} end
if (is[1] or '') ~= asked then return {'moved'} end
if is[2] == since then return {'known'} end
redis.call('HSET', key, what .. '_' .. name, since, 'late', what, 'late_clock', name)
if what == 'breached' then
  redis.call('HSET', key, 'escalated_at', whole(now))
end
emit('ticket.clock', is[3], is[4], now, cjson.encode({ticket = id, clock = name, what = what,
  since = tonumber(since), due = tonumber(due), target = tonumber(target), operator = is[8], group = is[5],
  priority = tonumber(is[6]), channel = is[7]}))
announce('tickets')
announce('ticket:' .. id)
announce('late')
return {'said'}
