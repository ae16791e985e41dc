"""The list of conversations: views, filters, saved views, snoozing, tags."""
