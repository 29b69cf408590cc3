"""How chains price gas, as data."""
