"""A scan's target at one block: its proxies, codes and controllers, over a port."""
