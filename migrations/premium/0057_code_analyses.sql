-- Analyses of codes are made again after 90 days or by a newer engine: the daily job deletes what nobody asks any more.
CREATE INDEX code_analyses_age ON code_analyses (created_at);
GRANT DELETE ON code_analyses TO premium_worker;
