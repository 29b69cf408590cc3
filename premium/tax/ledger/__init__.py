"""Lots in queues, one an asset or one a wallet and asset, with exact quantities."""
