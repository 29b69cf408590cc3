"""Where portfolios are kept: wallets and assets, snapshots over time, and the newest of these in Redis."""
