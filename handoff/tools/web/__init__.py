"""The operators' tools over HTTP."""
