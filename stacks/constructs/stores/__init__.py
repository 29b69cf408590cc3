"""Stores: databases, caches, tables, buckets, queues, and their backups."""
