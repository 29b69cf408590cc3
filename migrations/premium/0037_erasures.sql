-- Users who take their data away: what was asked, and the receipts of what was done.

ALTER TABLE premium_users ADD COLUMN erased_at TIMESTAMPTZ;
COMMENT ON COLUMN premium_users.erased_at IS 'whose data are gone but for what the law keeps: the row says nothing of a person';
CREATE INDEX premium_users_erased ON premium_users (erased_at) WHERE erased_at IS NOT NULL;

CREATE TABLE erasures (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID REFERENCES premium_users (id) ON DELETE SET NULL,
    subject BYTEA NOT NULL CHECK (octet_length(subject) = 32),
    requested_by TEXT NOT NULL CHECK (requested_by IN ('user', 'operator', 'receipt')),
    requested_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    due_at TIMESTAMPTZ NOT NULL,
    cancelled_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    email TEXT CHECK (length(email) <= 320),
    external_hash BYTEA CHECK (octet_length(external_hash) = 32),
    counts JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(counts) = 'object' AND octet_length(counts::text) <= 65536),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (cancelled_at IS NULL OR started_at IS NULL),
    CHECK (finished_at IS NULL OR started_at IS NOT NULL),
    CHECK (user_id IS NOT NULL OR finished_at IS NOT NULL)
);
COMMENT ON TABLE erasures IS 'requests of erasure, and their receipts: a finished one names nobody';
COMMENT ON COLUMN erasures.subject IS 'SHA-256 of the user''s id (122 random bits): it finds him in a restored backup, and names him to nobody else';
COMMENT ON COLUMN erasures.email IS 'where the end is told; gone once it was';
COMMENT ON COLUMN erasures.external_hash IS 'SHA-256 of the free platform''s id, for a week: a token of before makes no user anew';
CREATE UNIQUE INDEX erasures_open ON erasures (user_id) WHERE cancelled_at IS NULL AND finished_at IS NULL;
CREATE INDEX erasures_due ON erasures (due_at) WHERE cancelled_at IS NULL AND (finished_at IS NULL OR email IS NOT NULL);
CREATE INDEX erasures_external ON erasures (external_hash) WHERE external_hash IS NOT NULL;
CREATE INDEX erasures_subject ON erasures (subject);

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY erasures_own ON erasures
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY erasures_worker ON erasures TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);
-- For the functions below, which run as the owner, whom FORCE holds, too.
CREATE POLICY erasures_lookup ON erasures TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT (id, user_id, subject, requested_by, due_at), UPDATE (cancelled_at) ON erasures TO premium_app;
GRANT SELECT, INSERT (id, user_id, subject, requested_by, due_at), UPDATE (counts, email) ON erasures TO premium_worker;

-- What follows takes a user's rows from any table, so it is bound three times: to the worker's role, to tables whose
-- row-level security holds their owner, too (which leaves it one user's rows), and for what deletes to a user whose
-- erasure has begun.

CREATE FUNCTION erasing(wanted UUID) RETURNS UUID
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    whose UUID := nullif(current_setting('app.current_user_id', true), '')::uuid;
BEGIN
    IF whose IS NULL OR whose IS DISTINCT FROM wanted OR NOT EXISTS (
        SELECT FROM public.erasures e WHERE e.user_id = whose AND e.started_at IS NOT NULL AND e.finished_at IS NULL
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'no erasure of this user has begun';
    END IF;
    RETURN whose;
END
$$;

CREATE FUNCTION table_of_users(place TEXT) RETURNS TEXT
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_class c WHERE c.relname = place AND c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is no table of users', place);
    END IF;
    RETURN place;
END
$$;

-- Up to `most` rows of the current user; the number of those that are gone.
CREATE FUNCTION erase_rows(place TEXT, holder TEXT, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    whose UUID := public.erasing(nullif(current_setting('app.current_user_id', true), '')::uuid);
    gone BIGINT;
BEGIN
    EXECUTE format(
        'DELETE FROM public.%1$I t USING (
             SELECT tableoid AS part, ctid AS line FROM public.%1$I WHERE %2$I = $1 LIMIT $2
         ) d WHERE t.tableoid = d.part AND t.ctid = d.line AND t.%2$I = $1',
        public.table_of_users(place), holder
    ) USING whose, most;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;

-- The current user's rows as JSON, without what proves or signs: bytes, and columns that are called secret.
CREATE FUNCTION personal_rows(place TEXT, holder TEXT) RETURNS SETOF JSONB
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    whose UUID := nullif(current_setting('app.current_user_id', true), '')::uuid;
    hidden TEXT[] := (
        SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute a
        WHERE a.attrelid = format('public.%I', place)::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.atttypid = 'bytea'::regtype OR a.attname ~ '(^|_)secret$')
    );
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT to_jsonb(t) - $2 FROM public.%I t WHERE %I = $1', public.table_of_users(place), holder
    ) USING whose, hidden;
END
$$;

CREATE FUNCTION personal_count(place TEXT, holder TEXT) RETURNS BIGINT
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    whose UUID := nullif(current_setting('app.current_user_id', true), '')::uuid;
    found_rows BIGINT;
BEGIN
    EXECUTE format('SELECT count(*) FROM public.%I WHERE %I = $1', public.table_of_users(place), holder)
    INTO found_rows USING whose;
    RETURN found_rows;
END
$$;

-- Begin an erasure that is due: from now on the user is restricted, and nobody takes it back. False where it is not.
CREATE FUNCTION begin_erasure(wanted UUID) RETURNS BOOLEAN
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    whose UUID := (
        SELECT e.user_id FROM public.erasures e
        WHERE e.id = wanted AND e.cancelled_at IS NULL AND e.finished_at IS NULL AND e.due_at <= now() FOR UPDATE
    );
    caller TEXT := coalesce(current_setting('app.current_user_id', true), '');
    kept RECORD;
BEGIN
    IF whose IS NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('app.current_user_id', whose::text, true);
    UPDATE public.premium_users SET is_restricted = true, updated_at = now() WHERE id = whose
    RETURNING email, external_id INTO kept;
    PERFORM set_config('app.current_user_id', caller, true);
    UPDATE public.erasures SET started_at = now(),
        email = CASE WHEN requested_by = 'receipt' THEN NULL ELSE kept.email END, external_hash = sha256(convert_to(kept.external_id, 'UTF8'))
    WHERE id = wanted AND started_at IS NULL;
    RETURN true;
END
$$;

-- The end: the account's own row goes, or says nothing any more where rows that are kept hang on it.
CREATE FUNCTION finish_erasure(wanted UUID, kept TEXT[]) RETURNS TEXT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    whose UUID := public.erasing(nullif(current_setting('app.current_user_id', true), '')::uuid);
    place TEXT;
    is_kept BOOLEAN := false;
BEGIN
    FOREACH place IN ARRAY kept LOOP
        is_kept := is_kept OR public.personal_count(place, 'user_id') > 0;
    END LOOP;
    DELETE FROM public.erasures WHERE user_id = whose AND id <> wanted;
    IF is_kept THEN
        UPDATE public.premium_users SET
            external_id = 'erased:' || gen_random_uuid(), email = NULL, wallet_address = NULL, orderly_account_id = NULL,
            geographic_region = NULL, time_zone = NULL, last_active = NULL, kyc_status = 'none', is_restricted = true,
            updated_at = now(), erased_at = now()
        WHERE id = whose;
        UPDATE public.erasures SET finished_at = now(), user_id = NULL WHERE id = wanted AND user_id = whose;
    ELSE
        UPDATE public.erasures SET finished_at = now() WHERE id = wanted AND user_id = whose;
        DELETE FROM public.premium_users WHERE id = whose;
    END IF;
    RETURN CASE WHEN is_kept THEN 'anonymised' ELSE 'deleted' END;
END
$$;

-- When the account of an id of the free platform was erased, within the last week; NULL where it was not.
CREATE FUNCTION erased_since(external TEXT) RETURNS TIMESTAMPTZ
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(e.finished_at) FROM public.erasures e
    WHERE e.external_hash = sha256(convert_to(external, 'UTF8')) AND e.finished_at IS NOT NULL
$$;

-- What the law kept, after its time; hashes of ids, after a week; up to `most` users.
CREATE FUNCTION purge_erased(before TIMESTAMPTZ, most INTEGER) RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller TEXT := coalesce(current_setting('app.current_user_id', true), '');
    over UUID;
    gone INTEGER := 0;
BEGIN
    UPDATE public.erasures SET external_hash = NULL
    WHERE external_hash IS NOT NULL AND finished_at < now() - interval '7 days';
    FOR over IN SELECT u.id FROM public.premium_users u WHERE u.erased_at < before ORDER BY u.erased_at LIMIT most LOOP
        PERFORM set_config('app.current_user_id', over::text, true);
        DELETE FROM public.premium_users WHERE id = over;
        gone := gone + 1;
    END LOOP;
    PERFORM set_config('app.current_user_id', caller, true);
    RETURN gone;
END
$$;

REVOKE ALL ON FUNCTION erasing(UUID), table_of_users(TEXT), erase_rows(TEXT, TEXT, INTEGER), personal_rows(TEXT, TEXT),
    personal_count(TEXT, TEXT), begin_erasure(UUID), finish_erasure(UUID, TEXT[]), erased_since(TEXT),
    purge_erased(TIMESTAMPTZ, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_rows(TEXT, TEXT, INTEGER), personal_rows(TEXT, TEXT), personal_count(TEXT, TEXT),
    begin_erasure(UUID), finish_erasure(UUID, TEXT[]), purge_erased(TIMESTAMPTZ, INTEGER) TO premium_worker;
GRANT EXECUTE ON FUNCTION erased_since(TEXT) TO premium_app;
