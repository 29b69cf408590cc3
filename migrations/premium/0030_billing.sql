-- What payment providers tell, and the subscriptions and payments that follow from it.

CREATE TABLE webhook_events (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    provider TEXT NOT NULL CHECK (provider IN ('stripe', 'paddle')),
    event_id TEXT NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
    type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 255),
    created TIMESTAMPTZ,
    received_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    payload JSONB NOT NULL CHECK (jsonb_typeof(payload) = 'object' AND octet_length(payload::text) <= 262144),
    subscription TEXT CHECK (length(subscription) BETWEEN 1 AND 255),
    customer TEXT CHECK (length(customer) BETWEEN 1 AND 255),
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'applied', 'ignored', 'waiting', 'failed')),
    outcome TEXT CHECK (length(outcome) <= 40),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    error TEXT CHECK (length(error) <= 500),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (provider, event_id)
);
COMMENT ON TABLE webhook_events IS 'each signed event once, without cards, names and addresses; of no user, so without row-level security: the application role may only add';
COMMENT ON COLUMN webhook_events.created IS 'when the provider says that it happened; NULL where the body is no event';
CREATE INDEX webhook_events_subscription ON webhook_events (provider, subscription) WHERE subscription IS NOT NULL;
CREATE INDEX webhook_events_customer ON webhook_events (provider, customer) WHERE customer IS NOT NULL;
CREATE INDEX webhook_events_open ON webhook_events (received_at) WHERE state = 'received';
CREATE INDEX webhook_events_newest ON webhook_events (received_at DESC, id DESC);

CREATE TABLE subscriptions (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL CHECK (provider IN ('stripe', 'paddle')),
    provider_subscription_id TEXT NOT NULL CHECK (length(provider_subscription_id) BETWEEN 1 AND 255),
    customer_id TEXT CHECK (length(customer_id) BETWEEN 1 AND 255),
    tier TEXT CHECK (tier IN ('free', 'starter', 'pro', 'enterprise')),
    status TEXT NOT NULL CHECK (status IN (
        'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled'
    )),
    price_id TEXT CHECK (length(price_id) <= 255),
    interval TEXT CHECK (length(interval) <= 20),
    currency TEXT CHECK (currency ~ '^[a-z]{3}$'),
    unit_amount NUMERIC CHECK (unit_amount = trunc(unit_amount)),
    current_period_start TIMESTAMPTZ,
    current_period_end TIMESTAMPTZ,
    cancel_at_period_end BOOLEAN NOT NULL DEFAULT false,
    grace_until TIMESTAMPTZ,
    allowed_until TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    state_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (provider, provider_subscription_id),
    UNIQUE (id, user_id)
);
COMMENT ON COLUMN subscriptions.tier IS 'what is paid for; NULL where no configuration knows the price';
COMMENT ON COLUMN subscriptions.allowed_until IS 'when it stops to allow its tier; -infinity where it does not, NULL where no end is known';
CREATE INDEX subscriptions_user ON subscriptions (user_id);
CREATE INDEX subscriptions_lapse ON subscriptions (allowed_until) WHERE allowed_until IS NOT NULL;

CREATE TABLE payments (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    provider TEXT NOT NULL CHECK (provider IN ('stripe', 'paddle')),
    provider_payment_id TEXT NOT NULL CHECK (length(provider_payment_id) BETWEEN 1 AND 255),
    amount NUMERIC NOT NULL CHECK (amount = trunc(amount)),
    currency TEXT CHECK (currency ~ '^[a-z]{3}$'),
    period_start TIMESTAMPTZ,
    period_end TIMESTAMPTZ,
    paid_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (provider, provider_payment_id),
    FOREIGN KEY (subscription_id, user_id) REFERENCES subscriptions (id, user_id) ON DELETE CASCADE
);
COMMENT ON COLUMN payments.amount IS 'minor units of the currency';
CREATE INDEX payments_user ON payments (user_id, paid_at DESC);
CREATE INDEX payments_subscription ON payments (subscription_id);

ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;
CREATE POLICY subscriptions_own ON subscriptions
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY subscriptions_worker ON subscriptions TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments FORCE ROW LEVEL SECURITY;
CREATE POLICY payments_own ON payments
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY payments_worker ON payments TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

GRANT INSERT (provider, event_id, type, created, payload, subscription, customer) ON webhook_events TO premium_app;
GRANT SELECT, UPDATE (state, outcome, attempts, error) ON webhook_events TO premium_worker;
GRANT SELECT ON subscriptions, payments TO premium_app;
GRANT SELECT, INSERT, UPDATE ON subscriptions TO premium_worker;
GRANT SELECT, INSERT ON payments TO premium_worker;

-- The tier that a subscription pays for, from the first one on: no token's claim is newer than it.
CREATE FUNCTION keep_paid_tier(wanted UUID, paid TEXT) RETURNS BOOLEAN
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller TEXT := coalesce(current_setting('app.current_user_id', true), '');
    changed BOOLEAN;
BEGIN
    PERFORM set_config('app.current_user_id', wanted::text, true);
    UPDATE public.premium_users SET tier = paid, tier_issued_at = '9999-12-31T00:00:00Z', updated_at = now()
    WHERE id = wanted AND (tier <> paid OR tier_issued_at IS DISTINCT FROM '9999-12-31T00:00:00Z');
    changed := FOUND;
    PERFORM set_config('app.current_user_id', caller, true);
    RETURN changed;
END
$$;
REVOKE ALL ON FUNCTION keep_paid_tier(UUID, TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_paid_tier(UUID, TEXT) TO premium_worker;
