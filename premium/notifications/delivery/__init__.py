"""Deliveries on their way: attempts side by side, in lanes that delay no other, and messages to open pages."""
