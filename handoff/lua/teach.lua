-- Tells the archive what an operator said of a message; changes nothing else.
-- in:  ref, events JSON (kind, conversation, payload of each), now
-- out: {'told'}
local ref, events, now = unpack(ARGV)
now = clock(now)
for _, event in ipairs(cjson.decode(events)) do emit(event.kind, event.conversation, ref, now, event.payload) end
announce('chat:' .. ref)
return {'told'}
