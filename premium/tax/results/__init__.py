"""Results of a calculation: totals, what single countries add, and what forms state beside them."""
