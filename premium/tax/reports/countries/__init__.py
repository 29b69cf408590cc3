"""List the lines of each country's tax return."""
