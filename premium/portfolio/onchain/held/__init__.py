"""Readers of what is staked, locked, vested or kept in vaults."""
