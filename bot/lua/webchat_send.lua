-- Shows one reply in a chat, once, however often it is sent.
-- in:  ref, outbox id, message JSON, claim ms, messages kept, keep ms
-- out: {'new' | 'repeat', id in the chat}
local ref, out_id, message, claim_ms, kept, keep_ms = unpack(ARGV)
local account = account_of(ref)
local chat = K.webchat(string.sub(ref, #account + 2))
local claim = K.claim(account, 'out:' .. out_id)
local known = redis.call('GET', claim)
if known then return {'repeat', known} end
local id = redis.call('XADD', chat, 'MAXLEN', '~', kept, '*', 'message', message)
redis.call('PEXPIRE', chat, keep_ms)
redis.call('SET', claim, id, 'PX', claim_ms)
announce('chat:' .. ref)
return {'new', id}
