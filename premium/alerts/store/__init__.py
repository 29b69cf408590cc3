"""All SQL of alerts, and the RQ queue that carries batches."""
