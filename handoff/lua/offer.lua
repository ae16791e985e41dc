-- Offers a waiting conversation to one operator for a short time.
-- in:  ticket id, operator id, ms it holds, conversations they may have, the same on this channel ('' any),
--      ms of silence after which somebody counts as gone, now
-- out: {'offered'} | {'held', operator} another offer runs | {'away'} | {'full'} | {'over', status} | {'unknown'}
local id, operator, hold_ms, capacity, on_channel, gone_ms, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'status', 'offered_to', 'conversation', 'ref', 'channel')
if not ticket[1] then return {'unknown'} end
if ticket[1] ~= 'waiting' then return {'over', ticket[1]} end
if ticket[2] and ticket[2] ~= '' then return {'held', ticket[2]} end
local beat = redis.call('ZSCORE', K.desks(), operator)
local status = redis.call('HGET', K.presence(), operator) or 'online'
if not beat or now - tonumber(beat) > tonumber(gone_ms) or status ~= 'online' then return {'away'} end
local all, same = 0, 0
for _, list in ipairs({K.mine(operator), K.offered(operator)}) do
  for _, other in ipairs(redis.call('ZRANGE', list, 0, -1)) do
    all = all + 1
    if redis.call('HGET', K.ticket(other), 'channel') == ticket[5] then same = same + 1 end
  end
end
if all >= tonumber(capacity) or (on_channel ~= '' and same >= tonumber(on_channel)) then return {'full'} end
local ends = whole(now + tonumber(hold_ms))
redis.call('HSET', K.ticket(id), 'offered_to', operator, 'offer_ends_at', ends)
redis.call('ZADD', K.offers(), ends, id)
redis.call('ZADD', K.offered(operator), ends, id)
ticket_event(id, 'offered', ticket[3], ticket[4], now, {operator = operator})
announce('operator:' .. operator)
return {'offered'}
