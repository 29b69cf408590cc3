"""Read transactions as they travel: RLP, their types, authorisations, signers."""
