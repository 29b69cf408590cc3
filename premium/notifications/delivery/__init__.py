"""Deliveries on their way: attempts in lanes, and messages to open pages."""
