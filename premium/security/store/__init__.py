"""All SQL of the security service."""
