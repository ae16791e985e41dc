"""What an operator works with inside a conversation: notes, transfers, requests, replies, the coach."""
