"""Counts of requests by key and user, gathered in Redis and kept in DynamoDB."""
