-- What a chat shows after a message, and who speaks to the customer.
-- in:  ref, id after which to read, most messages
-- out: {owner ('' before the first message), '1' while an operator types, id, message JSON, id, ...}
local ref, after, most = unpack(ARGV)
local chat = K.webchat(string.sub(ref, #account_of(ref) + 2))
local types = redis.call('EXISTS', K.operator_typing(ref)) == 1
local answer = {redis.call('HGET', K.conversation(ref), 'owner') or '', types and '1' or ''}
for _, entry in ipairs(redis.call('XRANGE', chat, '(' .. after, '+', 'COUNT', most)) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
end
return answer
