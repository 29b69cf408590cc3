"""Tips that the transactions of a block really paid, over the base fee."""
