"""Settings: the page that leads to all of them, and those of signing in."""
