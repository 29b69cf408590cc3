"""Doors of a stage: both APIs, the firewall, their logs."""
