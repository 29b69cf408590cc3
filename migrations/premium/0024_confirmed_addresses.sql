-- Addresses that their owners have confirmed: nothing else is sent to an email address or a phone number before.

CREATE TABLE notification_confirmations (
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
    destination TEXT NOT NULL CHECK (length(destination) BETWEEN 1 AND 2048),
    code_hash BYTEA,
    code_until TIMESTAMPTZ,
    tries_left SMALLINT NOT NULL DEFAULT 0 CHECK (tries_left >= 0),
    asked SMALLINT NOT NULL DEFAULT 0 CHECK (asked >= 0),
    asked_since TIMESTAMPTZ NOT NULL DEFAULT now(),
    asked_at TIMESTAMPTZ,
    confirmed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, channel, destination),
    CHECK ((code_hash IS NULL) = (code_until IS NULL))
);
COMMENT ON COLUMN notification_confirmations.destination IS 'an email in lower case';
COMMENT ON COLUMN notification_confirmations.code_hash IS 'of the code that was sent last; the code itself is kept nowhere';
COMMENT ON COLUMN notification_confirmations.asked IS 'messages with a code that were asked for since asked_since, a day at most';
CREATE INDEX notification_confirmations_address ON notification_confirmations (channel, destination);

-- What is sent to already was named before this: it stays so.
ALTER TABLE notification_destinations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE alert_rules NO FORCE ROW LEVEL SECURITY;
INSERT INTO notification_confirmations (user_id, channel, destination, confirmed_at)
SELECT DISTINCT user_id, 'email', lower(destination), now() FROM (
    SELECT user_id, destination FROM notification_destinations WHERE channel = 'email'
    UNION ALL
    SELECT r.user_id, a ->> 'destination' FROM alert_rules r, jsonb_array_elements(r.actions) AS a
    WHERE a ->> 'type' = 'email' AND length(a ->> 'destination') BETWEEN 1 AND 2048
) AS named;
ALTER TABLE alert_rules FORCE ROW LEVEL SECURITY;
ALTER TABLE notification_destinations FORCE ROW LEVEL SECURITY;

ALTER TABLE notification_confirmations ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification_confirmations FORCE ROW LEVEL SECURITY;
CREATE POLICY notification_confirmations_own ON notification_confirmations
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY notification_confirmations_worker ON notification_confirmations TO premium_worker USING (true) WITH CHECK (true);
-- The function below runs as the owner, whom FORCE confines like everybody: it may count what was asked of late.
CREATE POLICY notification_confirmations_asked ON notification_confirmations
    FOR SELECT TO CURRENT_USER USING (asked_since > now() - interval '1 day');

-- How often an address was asked for by all users together, so that nobody floods a stranger from many accounts.
CREATE FUNCTION confirmations_asked(of_channel TEXT, address TEXT) RETURNS BIGINT
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(c.asked), 0) FROM public.notification_confirmations c
    WHERE c.channel = of_channel AND c.destination = address AND c.asked_since > now() - interval '1 day'
$$;
REVOKE ALL ON FUNCTION confirmations_asked(TEXT, TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION confirmations_asked(TEXT, TEXT) TO premium_app;

GRANT SELECT, INSERT, UPDATE ON notification_confirmations TO premium_app;
GRANT SELECT, UPDATE (code_hash, code_until, tries_left) ON notification_confirmations TO premium_worker;
