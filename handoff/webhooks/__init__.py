"""Outgoing webhooks: other systems hear what happens to conversations."""
