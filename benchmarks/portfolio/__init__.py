"""What a refresh costs. `python -m benchmarks.portfolio`."""
