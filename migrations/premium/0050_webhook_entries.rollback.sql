-- Entries that nobody has written yet are lost with the column: apply what is open first (premium queues drain).

ALTER TABLE webhook_events DROP COLUMN asked, DROP COLUMN noted_at;
