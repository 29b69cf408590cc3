-- Nobody pays any more: tiers are again what the next token claims.

DROP FUNCTION keep_paid_tier(UUID, TEXT);
DROP TABLE payments;
DROP TABLE subscriptions;
DROP TABLE webhook_events;
