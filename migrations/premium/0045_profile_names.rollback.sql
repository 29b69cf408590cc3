-- Profiles hold neither name nor country any more.

-- The end: the account's own row goes, or says nothing any more where rows that are kept hang on it.
CREATE OR REPLACE FUNCTION finish_erasure(wanted UUID, kept TEXT[]) RETURNS TEXT
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

ALTER TABLE premium_users DROP COLUMN country, DROP COLUMN name;
