-- The audit entry of a webhook is written by who applies it: the row keeps what the entry tells of who asked.

ALTER TABLE webhook_events
    ADD COLUMN asked JSONB CHECK (jsonb_typeof(asked) = 'object' AND octet_length(asked::text) <= 4096),
    ADD COLUMN noted_at TIMESTAMPTZ DEFAULT now();
COMMENT ON COLUMN webhook_events.asked IS 'request id, address and user agent of the provider''s request; NULL where we asked the provider';
COMMENT ON COLUMN webhook_events.noted_at IS 'when its audit entry was written; those of before this column have theirs from then';
ALTER TABLE webhook_events ALTER COLUMN noted_at DROP DEFAULT;
CREATE INDEX webhook_events_unnoted ON webhook_events (received_at) WHERE noted_at IS NULL;

GRANT INSERT (asked) ON webhook_events TO premium_app, premium_worker;
GRANT UPDATE (noted_at) ON webhook_events TO premium_worker;
