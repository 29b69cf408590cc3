"""Use cases of portfolios by subject, which `service` gathers into its door."""
