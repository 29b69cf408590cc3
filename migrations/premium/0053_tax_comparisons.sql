-- A year under every method that its country allows, side by side.

CREATE TABLE tax_comparisons (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    year INTEGER NOT NULL CHECK (year BETWEEN 2009 AND 2100),
    jurisdiction TEXT NOT NULL CHECK (jurisdiction ~ '^([A-Z]{2}|generic)$'),
    currency TEXT NOT NULL CHECK (length(currency) BETWEEN 2 AND 12),
    methods JSONB NOT NULL CHECK (jsonb_typeof(methods) = 'array'),
    warnings JSONB NOT NULL CHECK (jsonb_typeof(warnings) = 'array'),
    generated_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN tax_comparisons.id IS 'the job that made it';
COMMENT ON COLUMN tax_comparisons.methods IS 'one object a method: totals, the country''s figures, losses that a sale now would realise';
CREATE INDEX tax_comparisons_year ON tax_comparisons (user_id, year, generated_at DESC);

ALTER TABLE tax_comparisons ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_comparisons FORCE ROW LEVEL SECURITY;
CREATE POLICY tax_comparisons_own ON tax_comparisons
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);

GRANT SELECT ON tax_comparisons TO premium_app;
GRANT SELECT, INSERT ON tax_comparisons TO premium_worker;
