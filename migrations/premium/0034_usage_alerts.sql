-- Levels of quotas that keys reached, and days unlike those before; what was told of them.

CREATE TABLE usage_alerts (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    key_id UUID,
    key_prefix TEXT CHECK (length(key_prefix) <= 40),
    level TEXT NOT NULL CHECK (level IN ('80', '95', '100', 'anomaly')),
    period TEXT NOT NULL CHECK (period ~ '^20[0-9]{2}-[0-9]{2}(-[0-9]{2})?$'),
    requests BIGINT NOT NULL CHECK (requests >= 0),
    quota BIGINT NOT NULL CHECK (quota >= 0),
    published_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (user_id, key_id, period, level),
    FOREIGN KEY (key_id, user_id) REFERENCES api_keys (id, user_id) ON DELETE CASCADE
);
COMMENT ON COLUMN usage_alerts.key_id IS 'NULL: what the user asks by tokens';
COMMENT ON COLUMN usage_alerts.period IS 'the month of a level, the day of an anomaly';
COMMENT ON COLUMN usage_alerts.published_at IS 'when the topic customer-alerts was told; NULL: not yet';
CREATE INDEX usage_alerts_key ON usage_alerts (key_id);
CREATE INDEX usage_alerts_user ON usage_alerts (user_id, created_at DESC);
CREATE INDEX usage_alerts_unpublished ON usage_alerts (created_at) WHERE published_at IS NULL;
CREATE INDEX usage_alerts_old ON usage_alerts (created_at);

ALTER TABLE usage_alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_alerts FORCE ROW LEVEL SECURITY;
CREATE POLICY usage_alerts_own ON usage_alerts
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY usage_alerts_worker ON usage_alerts TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);
GRANT SELECT ON usage_alerts TO premium_app;
GRANT SELECT, INSERT, UPDATE (published_at), DELETE ON usage_alerts TO premium_worker;

ALTER TABLE api_keys
    ADD COLUMN alert_month TEXT CHECK (alert_month ~ '^20[0-9]{2}-[0-9]{2}$'),
    ADD COLUMN alert_level INTEGER CHECK (alert_level IN (80, 95, 100));
COMMENT ON COLUMN api_keys.alert_level IS 'the last level of the quota that the key reached, in alert_month';
GRANT SELECT (prefix, alerts_enabled, alert_month, alert_level), UPDATE (alert_month, alert_level) ON api_keys TO premium_worker;
