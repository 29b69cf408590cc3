"""Shows parts of what is known of a portfolio: narrowed, grouped, explained, and what changed.

Pure, of stored answers and snapshots; light enough for handlers.
"""
