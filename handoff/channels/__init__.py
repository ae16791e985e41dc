"""The channels as an administrator sees them: how each is, and whether it really works."""
