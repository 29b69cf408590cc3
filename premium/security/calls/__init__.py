"""Open calls to what they do: inner calls, and effects on assets and powers."""
