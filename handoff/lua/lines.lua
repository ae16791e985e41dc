-- Fields of many tickets in one answer, which is read faster than many.
-- in:  JSON list of field names, ids of tickets
-- out: {JSON: a list of values for each ticket, false for what is missing}
local names = cjson.decode(ARGV[1])
local rows = {}
for n = 2, #ARGV do rows[#rows + 1] = redis.call('HMGET', K.ticket(ARGV[n]), unpack(names)) end
return {#rows == 0 and '[]' or cjson.encode(rows)}
