"""Alerts: users' rules on chain events, and the matcher that fires them.

Events come from SQS (`handlers.events.alert_events`) or from chains (`work.sources`), become batches of a shard, and
are matched by the shard's resident matcher (`work.matcher`). What fires becomes a row of the history and deliveries of
`premium.notifications`. The door is `service.py` (`Rules`); events come in by `intake.py` (`EventIntake`).
"""
