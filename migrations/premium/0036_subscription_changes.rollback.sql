-- Nothing is changed by users and granted to them any more; what was granted is what the next token claims.

DROP FUNCTION webhooks_found(TEXT, TEXT, TEXT, TIMESTAMPTZ, UUID, INTEGER), reopen_webhook(UUID);
DROP FUNCTION settle_tier(UUID, TEXT, BOOLEAN);
ALTER TABLE premium_users DROP COLUMN claimed_tier, DROP COLUMN claimed_at;
REVOKE DELETE ON webhook_events FROM premium_worker;
REVOKE INSERT (provider, event_id, type, created, payload, subscription, customer) ON webhook_events FROM premium_worker;
DROP TABLE outbox;
DROP TABLE tier_grants;
DROP TABLE checkouts;
REVOKE UPDATE (pending_change) ON subscriptions FROM premium_app;
ALTER TABLE subscriptions DROP COLUMN requests_a_month, DROP COLUMN pending_change, DROP COLUMN settled_at, DROP COLUMN compared_at;
