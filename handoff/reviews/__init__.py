"""Quality review: leads look at conversations that are over and score them."""
