-- Asks a customer how a conversation went that is over.
-- in:  ref, conversation id, customer, ms between two questions to one, ms an answer counts, operator or '',
--      channel, language, question JSON, now
-- out: {'asked'} | {'repeat'} asked already | {'talking'} a new conversation is open | {'lately'} asked of another
local ref, id, customer, between_ms, open_ms, operator, channel, language, question, now = unpack(ARGV)
now = clock(now)
question = cjson.decode(question)
if redis.call('EXISTS', K.out(question.id)) == 1 then return {'repeat'} end
local conversation = redis.call('HMGET', K.conversation(ref), 'id', 'epoch')
if conversation[1] and conversation[1] ~= '' then return {'talking'} end
if redis.call('EXISTS', K.rating_asked(customer)) == 1 then return {'lately'} end
redis.call('SET', K.rating_asked(customer), id, 'PX', between_ms)
redis.call('DEL', K.rating(ref))
redis.call('HSET', K.rating(ref), 'conversation', id, 'customer', customer, 'operator', operator,
  'channel', channel, 'language', language)
redis.call('PEXPIRE', K.rating(ref), open_ms)
emit('rating.asked', id, ref, now, cjson.encode({customer = customer, channel = channel, operator = operator}))
push_out(ref, id, conversation[2] or '0', question, now)
announce('chat:' .. ref)
return {'asked'}
