-- The customer is typing: kept for a while, and told to whoever looks at the conversation at the desk.
-- in:  ref, seconds to keep it
-- out: {'told' | 'known'}
local ref, keep_s = unpack(ARGV)
local known = redis.call('SET', K.customer_typing(ref), '1', 'EX', keep_s, 'GET')
local ticket = redis.call('HGET', K.conversation(ref), 'ticket')
if known or not ticket or ticket == '' then return {'known'} end
announce('here:' .. ticket)
return {'told'}
