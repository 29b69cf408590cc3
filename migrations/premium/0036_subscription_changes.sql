-- What users change of their subscriptions, what is granted to them, and what everybody else is told of it.

ALTER TABLE subscriptions
    ADD COLUMN requests_a_month BIGINT CHECK (requests_a_month > 0),
    ADD COLUMN pending_change JSONB CHECK (jsonb_typeof(pending_change) = 'object' AND octet_length(pending_change::text) <= 2000),
    ADD COLUMN settled_at TIMESTAMPTZ,
    ADD COLUMN compared_at TIMESTAMPTZ;
COMMENT ON COLUMN subscriptions.requests_a_month IS 'as agreed with one customer; NULL: what the tier allows';
COMMENT ON COLUMN subscriptions.pending_change IS '{tier, interval, price, at}: carried out at the end of the period';
COMMENT ON COLUMN subscriptions.settled_at IS 'when the end of what it allows was last acted on';
COMMENT ON COLUMN subscriptions.compared_at IS 'when it was last compared with the provider';
CREATE INDEX subscriptions_pending ON subscriptions (current_period_end) WHERE pending_change IS NOT NULL;
CREATE INDEX subscriptions_owing ON subscriptions (grace_until) WHERE grace_until IS NOT NULL;
GRANT UPDATE (pending_change) ON subscriptions TO premium_app;

CREATE TABLE checkouts (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL CHECK (provider IN ('stripe', 'paddle')),
    provider_checkout_id TEXT NOT NULL CHECK (length(provider_checkout_id) BETWEEN 1 AND 255),
    price_id TEXT NOT NULL CHECK (length(price_id) BETWEEN 1 AND 255),
    url TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 4096),
    expires_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (provider, provider_checkout_id)
);
COMMENT ON TABLE checkouts IS 'pages where somebody may pay; written once the provider has made them';
CREATE INDEX checkouts_user ON checkouts (user_id, created_at DESC);
CREATE INDEX checkouts_over ON checkouts (expires_at);

CREATE TABLE tier_grants (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    tier TEXT NOT NULL CHECK (tier IN ('starter', 'pro', 'enterprise')),
    until TIMESTAMPTZ NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 3 AND 200),
    granted_by TEXT NOT NULL CHECK (length(granted_by) BETWEEN 1 AND 100),
    key TEXT UNIQUE CHECK (length(key) <= 300),
    settled_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (until > created_at)
);
COMMENT ON COLUMN tier_grants.granted_by IS 'the id of an administrator, or system';
COMMENT ON COLUMN tier_grants.key IS 'of what the system grants: the same is granted once';
CREATE INDEX tier_grants_user ON tier_grants (user_id, until);
CREATE INDEX tier_grants_open ON tier_grants (until) WHERE settled_at IS NULL;

CREATE TABLE outbox (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    key TEXT UNIQUE CHECK (length(key) <= 300),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
    data JSONB NOT NULL CHECK (jsonb_typeof(data) = 'object' AND octet_length(data::text) <= 8000),
    place BIGINT GENERATED ALWAYS AS IDENTITY,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    sent_at TIMESTAMPTZ
);
COMMENT ON TABLE outbox IS 'what follows from a change, written with it: a message of the topic, a mail, an audit entry; its id is theirs';
COMMENT ON COLUMN outbox.key IS 'of what is told once; NULL where each change is told';
CREATE INDEX outbox_open ON outbox (place) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_user ON outbox (user_id);

DO $$
DECLARE
    made TEXT;
BEGIN
    FOREACH made IN ARRAY ARRAY['checkouts', 'tier_grants', 'outbox'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', made);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', made);
        EXECUTE format($p$CREATE POLICY %I ON %I
            USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
            WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)$p$, made || '_own', made);
        EXECUTE format($p$CREATE POLICY %I ON %I TO premium_worker
            USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
            WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL)$p$, made || '_worker', made);
    END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE (closed_at) ON checkouts TO premium_app;
GRANT SELECT, DELETE ON checkouts TO premium_worker;
GRANT SELECT, INSERT ON tier_grants TO premium_app;
GRANT SELECT, INSERT, UPDATE (settled_at) ON tier_grants TO premium_worker;
GRANT INSERT ON outbox TO premium_app;
GRANT SELECT, INSERT, DELETE, UPDATE (sent_at) ON outbox TO premium_worker;
GRANT INSERT (provider, event_id, type, created, payload, subscription, customer) ON webhook_events TO premium_worker;
GRANT DELETE ON webhook_events TO premium_worker;

-- The tier of a user, of what his subscriptions and grants allow at best. Where no subscription was ever kept, the free
-- platform's claim counts, too: it is put aside while a grant holds, and stands again after it.
ALTER TABLE premium_users
    ADD COLUMN claimed_tier TEXT CHECK (claimed_tier IN ('free', 'starter', 'pro', 'enterprise')),
    ADD COLUMN claimed_at TIMESTAMPTZ;
COMMENT ON COLUMN premium_users.claimed_tier IS 'what the newest token claimed, while a grant is above it; NULL without a grant';
COMMENT ON COLUMN premium_users.claimed_at IS 'iat of that token';

CREATE FUNCTION settle_tier(wanted UUID, best TEXT, is_kept BOOLEAN) RETURNS TEXT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller TEXT := coalesce(current_setting('app.current_user_id', true), '');
    tiers TEXT[] := ARRAY['free', 'starter', 'pro', 'enterprise'];
    never TIMESTAMPTZ := '9999-12-31T00:00:00Z';
    before RECORD;
    claim TEXT;
    claim_at TIMESTAMPTZ;
    found_tier TEXT;
BEGIN
    PERFORM set_config('app.current_user_id', wanted::text, true);
    SELECT u.tier, u.tier_issued_at, u.claimed_tier, u.claimed_at INTO before
    FROM public.premium_users u WHERE u.id = wanted FOR UPDATE;
    IF FOUND THEN
        IF is_kept THEN
            found_tier := coalesce(best, 'free');
            UPDATE public.premium_users SET tier = found_tier, tier_issued_at = never, claimed_tier = NULL, claimed_at = NULL,
                updated_at = CASE WHEN tier = found_tier THEN updated_at ELSE now() END
            WHERE id = wanted AND (tier <> found_tier OR tier_issued_at IS DISTINCT FROM never OR claimed_tier IS NOT NULL);
        ELSIF best IS NOT NULL THEN
            claim := coalesce(before.claimed_tier, before.tier);
            claim_at := CASE WHEN before.claimed_tier IS NULL THEN before.tier_issued_at ELSE before.claimed_at END;
            found_tier := tiers[greatest(array_position(tiers, claim), array_position(tiers, best))];
            UPDATE public.premium_users SET tier = found_tier, tier_issued_at = never, claimed_tier = claim,
                claimed_at = claim_at, updated_at = now()
            WHERE id = wanted AND (tier <> found_tier OR claimed_tier IS NULL);
        ELSIF before.claimed_tier IS NOT NULL THEN
            found_tier := before.claimed_tier;
            UPDATE public.premium_users SET tier = found_tier, tier_issued_at = before.claimed_at, claimed_tier = NULL,
                claimed_at = NULL, updated_at = now()
            WHERE id = wanted;
        ELSE
            found_tier := before.tier;
        END IF;
    END IF;
    PERFORM set_config('app.current_user_id', caller, true);
    RETURN CASE WHEN found_tier IS DISTINCT FROM before.tier THEN before.tier || '>' || found_tier END;
END
$$;
COMMENT ON FUNCTION settle_tier(UUID, TEXT, BOOLEAN) IS 'returns `before>after` where the tier changed, else NULL';
REVOKE ALL ON FUNCTION settle_tier(UUID, TEXT, BOOLEAN) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_tier(UUID, TEXT, BOOLEAN) TO premium_app, premium_worker;

-- What staff sees and does of events: no payload, and nothing but another try.
CREATE FUNCTION webhooks_found(
    of_provider TEXT, of_type TEXT, of_state TEXT, before_at TIMESTAMPTZ, before_id UUID, most INTEGER
)
RETURNS TABLE (
    id UUID, provider TEXT, event_id TEXT, type TEXT, created TIMESTAMPTZ, received_at TIMESTAMPTZ, subscription TEXT,
    customer TEXT, state TEXT, outcome TEXT, attempts INTEGER, error TEXT
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.id, e.provider, e.event_id, e.type, e.created, e.received_at, e.subscription, e.customer, e.state,
        e.outcome, e.attempts, e.error
    FROM public.webhook_events e
    WHERE (of_provider IS NULL OR e.provider = of_provider) AND (of_type IS NULL OR e.type = of_type)
      AND (of_state IS NULL OR e.state = of_state)
      AND (before_at IS NULL OR (e.received_at, e.id) < (before_at, before_id))
    ORDER BY e.received_at DESC, e.id DESC LIMIT least(most, 1000)
$$;
CREATE FUNCTION reopen_webhook(wanted UUID) RETURNS TABLE (provider TEXT, event_id TEXT)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE public.webhook_events SET state = 'received', outcome = NULL, error = NULL WHERE id = wanted
    RETURNING provider, event_id
$$;
REVOKE ALL ON FUNCTION webhooks_found(TEXT, TEXT, TEXT, TIMESTAMPTZ, UUID, INTEGER), reopen_webhook(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION webhooks_found(TEXT, TEXT, TEXT, TIMESTAMPTZ, UUID, INTEGER), reopen_webhook(UUID) TO premium_app;
