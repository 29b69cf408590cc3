"""Providers of identities, asked over HTTP."""
