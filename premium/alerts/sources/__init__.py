"""Where events come from: chains' nodes, read block by block."""
