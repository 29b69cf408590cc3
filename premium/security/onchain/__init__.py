"""Access to chains: a reader of nodes, and scans kept while reads are unchanged."""
