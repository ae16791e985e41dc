"""The pages of editors."""
