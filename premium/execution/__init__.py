"""The worker side of jobs: their runtime, schedules and resident processes."""
