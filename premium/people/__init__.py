"""People: what users prefer and agree to, and what administrators do for and with them."""
