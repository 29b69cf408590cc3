"""Ask chains about wallets that are contracts."""
