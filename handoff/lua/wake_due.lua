-- Brings back the tickets whose time has come, the earliest first.
-- in:  most at once, now
-- out: their ids
local most, now = unpack(ARGV)
now = clock(now)
local woken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', K.snoozed(), '-inf', whole(now), 'LIMIT', 0, tonumber(most))) do
  wake_ticket(id, 'time', now)
  woken[#woken + 1] = id
end
return woken
