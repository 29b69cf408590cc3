"""The matching engine: rules in an index, events in columns, firings out. Pure."""
