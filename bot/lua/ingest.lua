-- Takes one verified message: claims its id, appends it to its conversation's inbox, wakes a worker.
-- in:  ref, external id, message id, message JSON, claim ms, echo JSON ('' for none), now ms ('' for the server's)
-- out: {'new' | 'repeat', id the first time gave}
local ref, external_id, message_id, body, claim_ms, echo, now = unpack(ARGV)
now = clock(now)
local account = account_of(ref)
local claim = K.claim(account, external_id)
local known = redis.call('GET', claim)
if known then
  -- A write of the caller's own, so that its wait for the disk covers what the first time wrote.
  redis.call('PEXPIRE', claim, claim_ms)
  return {'repeat', known}
end

-- A web page shows the customer's own words from here, so they must be as durable as the message.
if echo ~= '' then
  local chat_id = string.sub(ref, #account + 2)
  message_id = redis.call('XADD', K.webchat(chat_id), '*', 'message', echo)
  announce('chat:' .. ref)
end
redis.call('SET', claim, message_id, 'PX', claim_ms)
redis.call('RPUSH', K.inbox(ref), message_id .. '|' .. body)
redis.call('XADD', K.work(), '*', 'ref', ref)
return {'new', message_id}
