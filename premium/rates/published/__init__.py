"""Published rates, pure: reading documents, refusing nonsense, finding the rate of a day."""
