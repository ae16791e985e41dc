-- Tags of a conversation and its topic. The next ticket of the same conversation begins with them.
-- in:  ticket id, operator id, tags to add (one a line), tags to take off (one a line), topic ('-' keeps it), most, now
-- out: {'labelled', tags, topic} | {'full'} | {'unknown'}
local id, operator, more, less, topic, most, now = unpack(ARGV)
now = clock(now)
local ticket = redis.call('HMGET', K.ticket(id), 'conversation', 'ref', 'tags', 'topic', 'status')
if not ticket[1] then return {'unknown'} end
local off, seen, tags = {}, {}, {}
for tag in string.gmatch(less, '[^\n]+') do off[tag] = true end
for tag in string.gmatch((ticket[3] or '') .. '\n' .. more, '[^\n]+') do
  if not off[tag] and not seen[tag] then
    seen[tag] = true
    tags[#tags + 1] = tag
  end
end
if #tags > tonumber(most) then return {'full'} end
local joined = table.concat(tags, '\n')
if topic == '-' then topic = ticket[4] or '' end
if joined == (ticket[3] or '') and topic == (ticket[4] or '') then return {'labelled', joined, topic} end
redis.call('HSET', K.ticket(id), 'tags', joined, 'topic', topic)
local ref = ticket[2]
if redis.call('HGET', K.conversation(ref), 'id') == ticket[1] then
  redis.call('HSET', K.conversation(ref), 'tags', joined, 'topic', topic)
end
ticket_event(id, 'labelled', ticket[1], ref, now, {by = operator, tags = joined, topic = topic})
return {'labelled', joined, topic}
