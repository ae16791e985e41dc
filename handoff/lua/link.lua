-- Answers two tickets of one person together: who has the first gets the second, and replies go to both.
-- in:  ticket id, other ticket id, operator id, now
-- out: {'linked'} | {'same'} | {'busy', operator} | {'over', status} | {'unknown'}
local id, other, operator, now = unpack(ARGV)
now = clock(now)
local first = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'ref', 'conversation')
local second = redis.call('HMGET', K.ticket(other), 'status', 'operator', 'ref', 'conversation', 'created_at',
  'queued_at', 'offered_to', 'offer_ends_at')
if not first[1] or not second[1] then return {'unknown'} end
if first[3] == second[3] then return {'same'} end
if first[1] ~= 'taken' then return {'over', first[1]} end
if first[2] ~= operator then return {'busy', first[2]} end
if second[1] == 'taken' and second[2] ~= operator then return {'busy', second[2]} end
if second[1] ~= 'taken' and second[1] ~= 'waiting' then return {'over', second[1]} end
if redis.call('SISMEMBER', K.links(id), other) == 1 then return {'linked'} end

if second[1] == 'waiting' then
  local offered = second[7] or ''
  if offered ~= '' and offered ~= operator and tonumber(second[8]) > now then return {'busy', offered} end
  local since = tonumber(second[6] or second[5])
  clear_offer(other)
  redis.call('ZREM', K.queue(), other)
  redis.call('HSET', K.ticket(other), 'status', 'taken', 'operator', operator, 'taken_at', whole(now), 'unread', 0)
  redis.call('ZADD', K.mine(operator), whole(now), other)
  redis.call('ZADD', K.idle(), whole(now), operator)
  redis.call('HSET', K.conversation(second[3]), 'last_operator', operator)
  redis.call('LPUSH', K.waits(), whole(now - since))
  redis.call('LTRIM', K.waits(), 0, 99)
  clock_stopped(other, 'take', whole(since), true, operator, now)
  set_owner(second[3], 'operator:' .. operator, operator, now)
  ticket_event(other, 'taken', second[4], second[3], now, {operator = operator})
  announce('chat:' .. second[3])
end
-- Everybody who was linked with either of the two is now linked with both.
local all = redis.call('SMEMBERS', K.links(id))
for _, each in ipairs(redis.call('SMEMBERS', K.links(other))) do all[#all + 1] = each end
all[#all + 1] = id
all[#all + 1] = other
for _, one in ipairs(all) do
  for _, two in ipairs(all) do
    if one ~= two then redis.call('SADD', K.links(one), two) end
  end
  announce('ticket:' .. one)
end
ticket_event(id, 'linked', first[4], first[3], now, {operator = operator, other = other})
return {'linked'}
