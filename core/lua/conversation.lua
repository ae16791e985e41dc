-- The live record of a conversation, shared by everything that changes one: its owner and epoch, its
-- outbox, its ticket, and the event stream from which the archive is made. Each script of the project is
-- this file followed by its own lines, so every change is one atomic step.

local function clock(given)
  if given and given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number) return string.format('%.0f', number) end

local function account_of(ref) return string.match(ref, '^([^:]*):') end

-- Appends one event. `payload` is JSON the archive understands.
local function emit(kind, conversation, ref, now, payload)
  return redis.call('XADD', K.events(), '*', 'kind', kind, 'conversation', conversation, 'ref', ref,
    'at', whole(now), 'payload', payload)
end

-- Tells whoever waits (senders, long polls, the desk) that something under `topic` changed.
local function announce(topic) redis.call('PUBLISH', K.notify(), topic) end

local function delivery(id, conversation, ref, now, fields)
  fields.out = id
  emit('delivery', conversation, ref, now, cjson.encode(fields))
end

-- Outbox ---------------------------------------------------------------------------------------------

-- Puts the chat where the senders look: under the most urgent priority it holds, not before it may be
-- written to again. A chat whose first entry is on its way to the vendor is in no list until settled.
local function schedule(ref, now)
  local account = account_of(ref)
  local ids = redis.call('LRANGE', K.out_chat(ref), 0, -1)
  for priority = 0, 2 do redis.call('ZREM', K.ready(account, priority), ref) end
  if #ids == 0 then return end
  if redis.call('HGET', K.out(ids[1]), 'status') == 'sending' then return end
  local best = 2
  for _, id in ipairs(ids) do
    best = math.min(best, tonumber(redis.call('HGET', K.out(id), 'priority') or 2))
  end
  local not_before = tonumber(redis.call('HGET', K.conversation(ref), 'send_after') or 0)
  redis.call('ZADD', K.ready(account, best), whole(math.max(now, not_before)), ref)
  announce('out:' .. account)
end

-- Queues one reply. An id that was queued before changes nothing, so callers may repeat themselves.
local function push_out(ref, conversation, epoch, reply, now)
  if redis.call('EXISTS', K.out(reply.id)) == 1 then return false end
  redis.call('HSET', K.out(reply.id), 'ref', ref, 'conversation', conversation, 'epoch', epoch,
    'author', reply.author, 'priority', reply.priority, 'payload', reply.payload, 'status', 'queued',
    'attempts', 0, 'at', whole(now))
  redis.call('RPUSH', K.out_chat(ref), reply.id)
  emit('turn', conversation, ref, now, reply.turn)
  delivery(reply.id, conversation, ref, now, {status = 'queued'})
  schedule(ref, now)
  return true
end

local function finish_out(ref, id, status, now, fields)
  local keep_s = 3 * 24 * 3600
  redis.call('HSET', K.out(id), 'status', status)
  redis.call('EXPIRE', K.out(id), keep_s)
  redis.call('LREM', K.out_chat(ref), 1, id)
  fields.status = status
  delivery(id, redis.call('HGET', K.out(id), 'conversation'), ref, now, fields)
end

-- Cancels the bot's replies that no sender has claimed yet; returns how many are already on their way.
local function cancel_bot_replies(ref, now)
  local on_the_way = 0
  for _, id in ipairs(redis.call('LRANGE', K.out_chat(ref), 0, -1)) do
    local entry = redis.call('HMGET', K.out(id), 'author', 'status')
    if entry[1] == 'bot' then
      if entry[2] == 'sending' then on_the_way = on_the_way + 1
      else finish_out(ref, id, 'cancelled', now, {}) end
    end
  end
  schedule(ref, now)
  return on_the_way
end

-- Whether what the bot decided may still go out: nobody took over since. In the queue, where it speaks only
-- while nobody is at work, it does so under the queue's own epoch.
local function bot_may_speak(ref, decided_epoch)
  local live = redis.call('HMGET', K.conversation(ref), 'epoch', 'owner')
  return decided_epoch == live[1] and (live[2] == 'bot' or live[2] == 'queue')
end

-- Ownership ------------------------------------------------------------------------------------------

-- Changes who speaks. Raises the epoch, so that whatever was decided under the old one is void.
local function set_owner(ref, owner, by, now)
  local key = K.conversation(ref)
  local epoch = redis.call('HINCRBY', key, 'epoch', 1)
  redis.call('HSET', key, 'owner', owner)
  emit('owner', redis.call('HGET', key, 'id'), ref, now,
    cjson.encode({owner = owner, epoch = epoch, by = by}))
  if owner ~= 'bot' then return epoch, cancel_bot_replies(ref, now) end
  return epoch, 0
end

local function start_conversation(ref, id, channel, language, customer, now)
  local key = K.conversation(ref)
  redis.call('PERSIST', key)
  redis.call('HDEL', key, 'reopen_ticket', 'reopen_until')
  redis.call('HSET', key, 'id', id, 'channel', channel, 'language', language, 'state', '{}', 'ticket', '',
    'tags', '', 'topic', '', 'opened_at', whole(now), 'last_at', whole(now))
  emit('conversation.started', id, ref, now,
    cjson.encode({channel = channel, language = language, customer = customer}))
  set_owner(ref, 'bot', 'customer', now)
  redis.call('ZADD', K.talking(), whole(now), ref)
end

local function close_conversation(ref, reason, by, now)
  local key = K.conversation(ref)
  local id = redis.call('HGET', key, 'id')
  local _, on_the_way = set_owner(ref, 'closed', by, now)
  emit('conversation.closed', id, ref, now, cjson.encode({reason = reason, by = by}))
  redis.call('HSET', key, 'id', '', 'ticket', '', 'state', '{}')
  -- Epoch and token must keep growing as long as anything decided under an old one may be on its way.
  redis.call('EXPIRE', key, 30 * 24 * 3600)
  redis.call('ZREM', K.talking(), ref)
  announce('chat:' .. ref)
  return on_the_way
end

-- Tickets --------------------------------------------------------------------------------------------

local function ticket_event(id, kind, conversation, ref, now, fields)
  fields.ticket = id
  emit('ticket.' .. kind, conversation, ref, now, cjson.encode(fields))
  announce('tickets')
  announce('ticket:' .. id)
end

-- The customer waits for an answer from now on, unless they do already; what we waited for them is noted.
local function clock_asked(id, now)
  local key = K.ticket(id)
  local was = redis.call('HMGET', key, 'asked_at', 'held_since', 'held', 'ref')
  local ends = was[4] and redis.call('HGET', K.conversation(was[4]), 'window_ends_at')
  if ends then redis.call('HSET', key, 'window_ends_at', ends) end
  if not was[4] or (was[1] and was[1] ~= '') then return end
  local held = was[3] or ''
  if was[2] and was[2] ~= '' then
    held = held .. (held == '' and '' or ',') .. was[2] .. '-' .. whole(now)
  end
  redis.call('HSET', key, 'asked_at', whole(now), 'held_since', '', 'held', held)
end

-- A deadline that ran ends: met where `done` in time; without `done` nobody did what it was for.
-- Where its moment is not known yet, less time than the target is surely in time.
local function clock_stopped(id, clock, since, done, operator, now)
  local key = K.ticket(id)
  local ticket = redis.call('HMGET', key, 'targets', 'due_' .. clock, 'conversation', 'ref', 'group', 'priority',
    'channel')
  local targets = ticket[1] and ticket[1] ~= '' and cjson.decode(ticket[1]) or {}
  local target = targets[clock]
  if not target or not since or since == '' then return end
  local due = tonumber(ticket[2] or '')
  local fields = {ticket = id, clock = clock, what = 'stopped', since = tonumber(since), target = target,
    due = due, operator = operator, group = ticket[5], priority = tonumber(ticket[6]), channel = ticket[7]}
  if done and due then fields.met = now <= due
  elseif done and now - tonumber(since) <= target * 1000 then fields.met = true end
  emit('ticket.clock', ticket[3], ticket[4], now, cjson.encode(fields))
  redis.call('HSET', key, 'due_' .. clock, '')
  local shown = redis.call('HMGET', key, 'due_clock', 'late_clock')
  if shown[1] == clock then redis.call('HSET', key, 'due_clock', '') end
  if shown[2] == clock then redis.call('HSET', key, 'late_clock', '', 'late', '') end
end

-- Somebody answered: no clock runs until the customer writes again.
local function clock_answered(id, operator, now)
  local was = redis.call('HMGET', K.ticket(id), 'asked_at', 'replied_at', 'created_at')
  if not was[2] or was[2] == '' then clock_stopped(id, 'first', was[3], true, operator, now)
  else clock_stopped(id, 'next', was[1], true, operator, now) end
  if was[1] and was[1] ~= '' then
    redis.call('HSET', K.ticket(id), 'asked_at', '', 'held_since', whole(now), 'due_clock', '')
  end
end

-- Takes an offer back, whoever it was made to.
local function clear_offer(id)
  local operator = redis.call('HGET', K.ticket(id), 'offered_to')
  if not operator or operator == '' then return end
  redis.call('HSET', K.ticket(id), 'offered_to', '', 'offer_ends_at', '')
  redis.call('ZREM', K.offers(), id)
  redis.call('ZREM', K.offered(operator), id)
  announce('operator:' .. operator)
end

-- Puts the conversation in the queue as a new piece of work, ordered by when an answer is due.
local function open_ticket(ref, ticket, now)
  local live = redis.call('HMGET', K.conversation(ref), 'id', 'tags', 'topic')
  local conversation = live[1]
  -- The time keeps numbers apart from those of a store that was lost and started again from one.
  local id = whole(now) .. '-' .. redis.call('INCR', K.ticket_sequence())
  local due = now + tonumber(ticket.due_ms)
  local targets = ticket.targets or {first = tonumber(ticket.due_ms) / 1000}
  redis.call('HSET', K.ticket(id), 'id', id, 'conversation', conversation, 'ref', ref,
    'channel', redis.call('HGET', K.conversation(ref), 'channel'), 'status', 'waiting',
    'reason', ticket.reason, 'group', ticket.group, 'priority', ticket.priority, 'due_at', whole(due),
    'created_at', whole(now), 'customer', ticket.customer, 'language', ticket.language, 'operator', '',
    'packet', ticket.packet, 'last_line', ticket.last_line, 'unread', 1, 'asked_at', whole(now),
    'queued_at', whole(now), 'tags', live[2] or '', 'topic', live[3] or '',
    'due_clock', targets.first and 'first' or '', 'due_first', targets.first and whole(due) or '',
    'why', ticket.why or '', 'targets', cjson.encode(targets),
    'manager', ticket.manager or '', 'raised_ms', ticket.raised_ms or 0,
    'window_ends_at', redis.call('HGET', K.conversation(ref), 'window_ends_at') or '',
    'previous', redis.call('HGET', K.conversation(ref), 'last_operator') or '')
  redis.call('ZADD', K.queue(), whole(due - tonumber(ticket.raised_ms or 0)), id)
  redis.call('ZADD', K.tickets(), whole(now), id)
  redis.call('HSET', K.conversation(ref), 'ticket', id)
  ticket_event(id, 'created', conversation, ref, now,
    {reason = ticket.reason, group = ticket.group, priority = ticket.priority, due_at = due,
     packet = ticket.packet, customer = ticket.customer, language = ticket.language})
  if ticket.why then ticket_event(id, 'routed', conversation, ref, now, {group = ticket.group, why = ticket.why}) end
  return id
end

-- Brings a snoozed ticket back to whoever has it, unread; false for one that is not snoozed.
local function wake_ticket(id, by, now)
  if redis.call('ZREM', K.snoozed(), id) == 0 then return false end
  local ticket = redis.call('HMGET', K.ticket(id), 'status', 'operator', 'conversation', 'ref', 'unread')
  if ticket[1] ~= 'taken' then return false end
  redis.call('HSET', K.ticket(id), 'snoozed_until', '', 'unread', math.max(1, tonumber(ticket[5]) or 0))
  redis.call('ZADD', K.mine(ticket[2]), whole(now), id)
  ticket_event(id, 'woken', ticket[3], ticket[4], now, {by = by})
  return true
end

-- Parts a ticket from those that are answered together with it.
local function unlink_ticket(id)
  for _, other in ipairs(redis.call('SMEMBERS', K.links(id))) do
    redis.call('SREM', K.links(other), id)
    announce('ticket:' .. other)
  end
  redis.call('DEL', K.links(id))
end

-- Ends a ticket; it stays readable for a day, after that the archive has it.
local function end_ticket(id, status, by, now, fields)
  local ticket = redis.call('HMGET', K.ticket(id), 'conversation', 'ref', 'operator', 'created_at', 'replied_at',
    'asked_at')
  local replied = ticket[5] and ticket[5] ~= ''
  if not replied then clock_stopped(id, 'first', ticket[4], false, ticket[3], now)
  elseif ticket[6] and ticket[6] ~= '' then clock_stopped(id, 'next', ticket[6], false, ticket[3], now) end
  clock_stopped(id, 'resolve', ticket[4], true, ticket[3], now)
  clear_offer(id)
  redis.call('ZREM', K.queue(), id)
  redis.call('ZREM', K.tickets(), id)
  redis.call('ZREM', K.snoozed(), id)
  unlink_ticket(id)
  if ticket[3] ~= '' then
    redis.call('ZREM', K.mine(ticket[3]), id)
    redis.call('ZADD', K.idle(), whole(now), ticket[3])
  end
  redis.call('HSET', K.ticket(id), 'status', status, 'ended_at', whole(now), 'snoozed_until', '')
  redis.call('EXPIRE', K.ticket(id), 24 * 3600)
  fields.by = by
  ticket_event(id, status, ticket[1], ticket[2], now, fields)
end

-- Goes on with a conversation that was closed, with the same ticket, for one operator.
local function reopen_conversation(ref, id, operator, by, now)
  local key = K.conversation(ref)
  local ticket = redis.call('HMGET', K.ticket(id), 'conversation', 'channel', 'language')
  redis.call('PERSIST', key)
  redis.call('PERSIST', K.ticket(id))
  redis.call('HDEL', key, 'reopen_ticket', 'reopen_until')
  redis.call('HSET', key, 'id', ticket[1], 'channel', ticket[2], 'language', ticket[3], 'state', '{}', 'ticket', id,
    'last_at', whole(now))
  emit('conversation.reopened', ticket[1], ref, now, cjson.encode({by = by}))
  set_owner(ref, 'operator:' .. operator, by, now)
  redis.call('HDEL', K.ticket(id), 'ended_at')
  redis.call('HSET', K.ticket(id), 'status', 'taken', 'operator', operator, 'reopened_at', whole(now))
  redis.call('ZADD', K.tickets(), whole(now), id)
  redis.call('ZADD', K.mine(operator), whole(now), id)
  redis.call('ZADD', K.talking(), whole(now), ref)
  ticket_event(id, 'reopened', ticket[1], ref, now, {operator = operator, by = by})
  announce('chat:' .. ref)
end
