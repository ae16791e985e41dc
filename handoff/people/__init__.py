"""People: accounts, their roles and their sessions."""
