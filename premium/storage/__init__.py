"""Adapters of the stores: PostgreSQL, time series, Redis, S3, DynamoDB. Each imports its own client and no other."""
