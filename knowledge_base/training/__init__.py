"""Invented help centres, and the training on them of what ships in `knowledge_base/data`."""
