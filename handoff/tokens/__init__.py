"""Keys for other programs: API tokens with scopes."""
