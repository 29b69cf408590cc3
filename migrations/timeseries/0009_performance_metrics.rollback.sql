REVOKE SELECT ON price_history FROM premium_app;
DROP FUNCTION erase_metrics(UUID, INTEGER);
DROP VIEW my_performance_metrics;
DROP TABLE performance_metrics;
