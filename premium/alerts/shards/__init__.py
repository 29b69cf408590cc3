"""Shards: how events and rules are divided among matchers. Pure."""
