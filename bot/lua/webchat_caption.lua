-- The words on a button of one of a chat's latest messages.
-- in:  ref, button id, how many messages to look through
-- out: {words} | {}
local ref, button, most = unpack(ARGV)
local chat = K.webchat(string.sub(ref, #account_of(ref) + 2))
for _, entry in ipairs(redis.call('XREVRANGE', chat, '+', '-', 'COUNT', most)) do
  for _, offered in ipairs(cjson.decode(entry[2][2]).buttons or {}) do
    if offered.id == button then return {offered.text} end
  end
end
return {}
