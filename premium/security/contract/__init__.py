"""A scanned contract at one block: its proxies, codes and controllers, over a port."""
