-- The numbers stay in subscriptions, where the release before reads them; of claims the last one stays.

DROP FUNCTION claim_standing(UUID), claim_tier(UUID, TEXT, TIMESTAMPTZ);
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
DROP FUNCTION settle_agreed(UUID, TEXT, BIGINT), agreed_requests(UUID);
ALTER TABLE premium_users DROP COLUMN requests_a_month, DROP COLUMN granted_tier;
