"""Numbers of the one decision, what they are learnt from, and the program that learns them."""
