"""Numbers for Prometheus, at `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

INGESTED = Counter("duet_messages_ingested", "Messages taken from channels", ["channel", "new"])
HANDLED = Counter("duet_messages_handled", "Outcomes of committing a message", ["outcome"])
HANDLING_S = Histogram("duet_message_handling_seconds", "From beginning a message to its commit")
SENT = Counter("duet_replies", "Outcomes of handing a reply to a vendor", ["account", "status"])
ARCHIVED = Counter("duet_events_archived", "Events copied into SQL")
ARCHIVE_LAG = Gauge("duet_archive_lag_events", "Events not yet copied into SQL")
WAITING = Gauge("duet_tickets_waiting", "Tickets nobody has taken")
BOT_SHARE = Gauge("duet_bot_share", "Share of the latest conversations that stayed with the bot")
