"""Work that outlives a request: its record, its queue, and who may run it."""
