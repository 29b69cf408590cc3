"""Lambda functions, their releases, and calls that failed."""
