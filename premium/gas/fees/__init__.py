"""Fee rules of chains, as exact integers."""
