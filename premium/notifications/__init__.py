"""Notices to users: told by any service, kept here, delivered and accounted for.

The door is `service.py`: `notify(connection, notices)` in the sender's transaction, `enqueue_deliveries` after it.
Rooms, the lower ones first: `model`, `text`, `destinations` · `kinds` · `store` · `jobs` · `service` · `channels` (one
adapter a provider) · `delivery` (attempts, lanes, what is in hand) · `work` (the resident courier).
"""
