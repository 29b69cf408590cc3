"""The SQL of packed snapshots and of the quotes that they share."""
