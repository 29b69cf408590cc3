"""Files of others as neutral rows: one module a source, recognised by its header."""
