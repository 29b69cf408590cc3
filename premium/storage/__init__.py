"""Clients of the stores: PostgreSQL, time series, Redis, S3, DynamoDB, Secrets Manager.

Each module imports its own client and no other.
"""
