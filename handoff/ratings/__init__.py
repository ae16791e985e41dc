"""Ratings: customers are asked how a conversation went, once it is over."""
