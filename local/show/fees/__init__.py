"""A fee market on a real node, chains of two other fee models, and what gas says of them."""
