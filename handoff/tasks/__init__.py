"""Tasks: call-backs and promises, each with a due time and somebody who keeps it."""
