"""The web chat: a channel of our own, with the HTTP API of its page."""
