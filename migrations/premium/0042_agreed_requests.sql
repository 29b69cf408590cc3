-- Requests a month that were agreed with a customer, where the door asks: beside his tier.

ALTER TABLE premium_users ADD COLUMN requests_a_month BIGINT CHECK (requests_a_month > 0);
COMMENT ON COLUMN premium_users.requests_a_month IS 'as agreed with him for the tier that he has; NULL: what the tier allows';

CREATE FUNCTION settle_agreed(wanted UUID, best TEXT, agreed BIGINT) RETURNS BOOLEAN
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH changed AS (
        UPDATE public.premium_users SET requests_a_month = CASE WHEN tier = best THEN agreed END, updated_at = now()
        WHERE id = wanted AND requests_a_month IS DISTINCT FROM CASE WHEN tier = best THEN agreed END
        RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM changed)
$$;
COMMENT ON FUNCTION settle_agreed(UUID, TEXT, BIGINT) IS 'after settle_tier, in its transaction; whether it changed';
CREATE FUNCTION agreed_requests(wanted UUID) RETURNS BIGINT
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT u.requests_a_month FROM public.premium_users u WHERE u.id = wanted $$;
REVOKE ALL ON FUNCTION settle_agreed(UUID, TEXT, BIGINT), agreed_requests(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_agreed(UUID, TEXT, BIGINT), agreed_requests(UUID) TO premium_app, premium_worker;

ALTER TABLE subscriptions NO FORCE ROW LEVEL SECURITY;
UPDATE premium_users u SET requests_a_month = s.agreed
FROM (
    SELECT user_id, tier, max(requests_a_month) AS agreed FROM subscriptions
    WHERE requests_a_month IS NOT NULL AND (allowed_until IS NULL OR allowed_until > now())
    GROUP BY user_id, tier
) s
WHERE s.user_id = u.id AND s.tier = u.tier;
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;

-- While a grant holds, and no subscription ever began, the newest token's claim counts beside it.
ALTER TABLE premium_users ADD COLUMN granted_tier TEXT CHECK (granted_tier IN ('free', 'starter', 'pro', 'enterprise'));
COMMENT ON COLUMN premium_users.granted_tier IS 'while a grant holds beside a claim: what is granted; NULL: the tier, where claimed_tier is set';

CREATE OR REPLACE FUNCTION settle_tier(wanted UUID, best TEXT, is_kept BOOLEAN) RETURNS TEXT
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
            UPDATE public.premium_users SET tier = found_tier, tier_issued_at = never, claimed_tier = NULL, claimed_at = NULL, granted_tier = NULL,
                updated_at = CASE WHEN tier = found_tier THEN updated_at ELSE now() END
            WHERE id = wanted AND (tier <> found_tier OR tier_issued_at IS DISTINCT FROM never OR claimed_tier IS NOT NULL OR granted_tier IS NOT NULL);
        ELSIF best IS NOT NULL THEN
            claim := coalesce(before.claimed_tier, before.tier);
            claim_at := CASE WHEN before.claimed_tier IS NULL THEN before.tier_issued_at ELSE before.claimed_at END;
            found_tier := tiers[greatest(array_position(tiers, claim), array_position(tiers, best))];
            UPDATE public.premium_users SET tier = found_tier, tier_issued_at = never, claimed_tier = claim,
                claimed_at = claim_at, granted_tier = best, updated_at = now()
            WHERE id = wanted AND (tier <> found_tier OR claimed_tier IS NULL OR granted_tier IS DISTINCT FROM best);
        ELSIF before.claimed_tier IS NOT NULL THEN
            found_tier := before.claimed_tier;
            UPDATE public.premium_users SET tier = found_tier, tier_issued_at = before.claimed_at, claimed_tier = NULL,
                claimed_at = NULL, granted_tier = NULL, updated_at = now()
            WHERE id = wanted;
        ELSE
            found_tier := before.tier;
        END IF;
    END IF;
    PERFORM set_config('app.current_user_id', caller, true);
    RETURN CASE WHEN found_tier IS DISTINCT FROM before.tier THEN before.tier || '>' || found_tier END;
END
$$;

CREATE FUNCTION claim_standing(wanted UUID) RETURNS TABLE (claimed_tier TEXT, claimed_at TIMESTAMPTZ)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.claimed_tier, u.claimed_at FROM public.premium_users u WHERE u.id = wanted AND u.claimed_tier IS NOT NULL
$$;
COMMENT ON FUNCTION claim_standing(UUID) IS 'a row while a grant holds beside a claim';
CREATE FUNCTION claim_tier(wanted UUID, claim TEXT, at TIMESTAMPTZ) RETURNS BOOLEAN
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH ordered AS (SELECT ARRAY['free', 'starter', 'pro', 'enterprise'] AS tiers),
    changed AS (
        UPDATE public.premium_users u
        SET claimed_tier = claim, claimed_at = at, updated_at = now(),
            tier = o.tiers[greatest(array_position(o.tiers, claim), array_position(o.tiers, coalesce(u.granted_tier, u.tier)))]
        FROM ordered o
        WHERE u.id = wanted AND u.claimed_tier IS NOT NULL AND at IS NOT NULL AND (
            u.claimed_at IS NULL OR u.claimed_at < at
            OR (u.claimed_at = at AND array_position(o.tiers, u.claimed_tier) > array_position(o.tiers, claim))
        )
        RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM changed)
$$;
COMMENT ON FUNCTION claim_tier(UUID, TEXT, TIMESTAMPTZ) IS 'a token names a tier while a grant holds: whether it is the newest';
REVOKE ALL ON FUNCTION claim_standing(UUID), claim_tier(UUID, TEXT, TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_standing(UUID), claim_tier(UUID, TEXT, TIMESTAMPTZ) TO premium_app;
