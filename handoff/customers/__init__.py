"""Customers as people: one card over all their channels, merging and undoing it."""
