"""Chains of three fee models, and what gas says of them."""
