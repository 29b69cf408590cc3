"""Bodies of the notifications' processes and jobs."""
