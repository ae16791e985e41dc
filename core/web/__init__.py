"""What the pages of every part share: who may do what, errors as JSON, templates, styles."""
