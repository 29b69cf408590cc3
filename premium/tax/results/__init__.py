"""Results of a calculation: the report, its sums, and what countries add."""
