"""A cluster of Solana in the process: LiteSVM, and a server of its JSON-RPC."""
