"""A soak under load with a fault a minute: what was lost, doubled, late, and for whom."""
