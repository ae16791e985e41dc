-- Tells that a task is due now, for whoever sends notices.
-- in:  conversation or '', payload JSON, now
-- out: {'told'}
local conversation, payload, now = unpack(ARGV)
now = clock(now)
emit('task.due', conversation, '', now, payload)
announce('tasks')
return {'told'}
