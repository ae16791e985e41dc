"""The program's version, for those who ask it over HTTP."""

VERSION = "0.1.0"
"""The same as in `pyproject.toml`; a test compares them."""
