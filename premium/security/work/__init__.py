"""Bodies of the security service's jobs, and its resident."""
