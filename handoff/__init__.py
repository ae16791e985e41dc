"""People: the queue, ownership of conversations, the operators' desk."""
