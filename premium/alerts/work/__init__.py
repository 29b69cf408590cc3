"""Bodies of the jobs and residents of alerts."""
