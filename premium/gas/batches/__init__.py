"""Which calls may share a transaction, by what a node's traces show of them."""
