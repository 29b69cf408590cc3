-- Wallets that log in, and the sessions that logins open.

CREATE TABLE user_wallets (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    address TEXT NOT NULL CHECK (address ~ '^0x[0-9a-fA-F]{40}$'),
    kind TEXT NOT NULL CHECK (kind IN ('eoa', 'contract')),
    chain_id BIGINT NOT NULL CHECK (chain_id >= 0),
    is_primary BOOLEAN NOT NULL DEFAULT false,
    proven_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    last_login_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN user_wallets.chain_id IS 'the chain of the first proof; a contract is its owner''s on that chain alone';
-- Two spellings of one address are one wallet, and of one user.
CREATE UNIQUE INDEX user_wallets_address ON user_wallets (lower(address));
CREATE UNIQUE INDEX user_wallets_primary ON user_wallets (user_id) WHERE is_primary;
CREATE INDEX user_wallets_user ON user_wallets (user_id, created_at);

CREATE TABLE sessions (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    amr TEXT[] NOT NULL CHECK (cardinality(amr) BETWEEN 1 AND 5),
    ip TEXT CHECK (length(ip) <= 45),
    user_agent TEXT CHECK (length(user_agent) <= 200),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    last_used_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    reason TEXT CHECK (reason IN ('logout', 'everywhere', 'revoked', 'reuse', 'restricted', 'erased')),
    UNIQUE (id, user_id),
    CHECK (expires_at > created_at),
    CHECK ((revoked_at IS NULL) = (reason IS NULL))
);
COMMENT ON TABLE sessions IS 'one a login: the family of its refresh tokens';
COMMENT ON COLUMN sessions.amr IS 'how the user proved himself, by RFC 8176 where it has a word: wallet, pwd, otp';
CREATE INDEX sessions_user ON sessions (user_id, created_at DESC, id DESC);

CREATE TABLE session_tokens (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    session_id UUID NOT NULL,
    refresh_hash BYTEA NOT NULL UNIQUE CHECK (octet_length(refresh_hash) = 32),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    used_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (session_id, user_id) REFERENCES sessions (id, user_id) ON DELETE CASCADE
);
COMMENT ON COLUMN session_tokens.refresh_hash IS 'SHA-256 of 256 random bits; the token itself is never stored';
COMMENT ON COLUMN session_tokens.used_at IS 'its first use; a second one ten seconds later ends the session';
CREATE INDEX session_tokens_session ON session_tokens (session_id);

ALTER TABLE user_wallets ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_wallets FORCE ROW LEVEL SECURITY;
CREATE POLICY user_wallets_own ON user_wallets
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY sessions_own ON sessions
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
ALTER TABLE session_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY session_tokens_own ON session_tokens
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE (is_primary, last_login_at) ON user_wallets TO premium_app;
GRANT SELECT, INSERT, UPDATE (last_used_at, expires_at, revoked_at, reason) ON sessions TO premium_app;
GRANT SELECT, INSERT, UPDATE (used_at) ON session_tokens TO premium_app;

-- The lookups before the user is known, as the owner, whom FORCE holds, too.
CREATE POLICY user_wallets_lookup ON user_wallets FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY sessions_lookup ON sessions FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY session_tokens_lookup ON session_tokens FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION wallet_owner(wanted TEXT)
RETURNS TABLE (wallet_id UUID, user_id UUID, kind TEXT, chain_id BIGINT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT w.id, w.user_id, w.kind, w.chain_id FROM public.user_wallets w WHERE lower(w.address) = lower(wanted)
$$;

CREATE FUNCTION session_of_token(wanted BYTEA)
RETURNS TABLE (session_id UUID, user_id UUID)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.session_id, t.user_id FROM public.session_tokens t WHERE t.refresh_hash = wanted
$$;

CREATE FUNCTION session_standing(wanted UUID)
RETURNS TABLE (
    session_id UUID, amr TEXT[], ends_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ,
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.id, s.amr, s.expires_at, s.revoked_at, u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches o WHERE o.kind = 'user' AND o.target = u.id::text
           )
    FROM public.sessions s JOIN public.premium_users u ON u.id = s.user_id
    WHERE s.id = wanted
$$;

-- Which sessions may hear nothing any more: asked before a stream is written to, beside users and keys.
CREATE FUNCTION ended_sessions(wanted UUID[]) RETURNS SETOF UUID
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT each.id FROM unnest(wanted) AS each (id)
    LEFT JOIN public.sessions s ON s.id = each.id
    WHERE s.id IS NULL OR s.revoked_at IS NOT NULL OR s.expires_at <= now()
$$;

REVOKE ALL ON FUNCTION wallet_owner(TEXT), session_of_token(BYTEA), session_standing(UUID), ended_sessions(UUID[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wallet_owner(TEXT), session_of_token(BYTEA), session_standing(UUID) TO premium_app;
GRANT EXECUTE ON FUNCTION ended_sessions(UUID[]) TO premium_app, premium_worker;
