"""Blocks of a chain as events, and what a reorganisation makes of them. Pure."""
