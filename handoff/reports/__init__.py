"""Reports: what happened to conversations, in figures, straight from the archive."""
