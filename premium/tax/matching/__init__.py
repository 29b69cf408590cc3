"""Methods that match by day or draw from pools, and the engine of each method."""
