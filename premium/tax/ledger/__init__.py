"""Lots in queues: exact quantities, one queue an asset (universal) or a wallet and asset (per wallet)."""
