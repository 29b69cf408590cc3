"""Print the parts that all documents share: amounts, CSV cells and pages of tables."""
