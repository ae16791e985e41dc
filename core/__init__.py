"""What the other packages stand on: configuration, Redis, SQL, sign-in, the sentence encoder, logging."""
