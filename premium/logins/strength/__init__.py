"""Which passwords are too easily guessed."""
