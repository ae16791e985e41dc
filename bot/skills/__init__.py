"""What the bot does itself: balance, nearest store, card activation; one small class each."""
