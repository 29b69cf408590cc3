"""Read messages that wallets sign: hashed to the byte, known by structure."""
