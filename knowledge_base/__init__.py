"""Standard operating procedures: articles, passages, index, search with a calibrated probability."""
