"""Pools put on a test node from their published bytecode."""
