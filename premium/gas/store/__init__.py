"""All SQL of the gas service, and its keys in Redis."""
