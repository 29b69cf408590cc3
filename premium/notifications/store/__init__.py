"""The SQL of notices, of their deliveries and of users' destinations."""
