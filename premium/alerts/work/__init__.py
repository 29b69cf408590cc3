"""What runs in workers: the resident matcher and sources, and the upkeep of partitions."""
