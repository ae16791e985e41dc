"""The conversation: channels in, decision, reply out, and the wiring of everything."""
