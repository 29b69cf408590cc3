"""A history on its way from neutral rows to the transactions that an engine takes."""
