DROP FUNCTION prune_alert_batches();
DROP TABLE chain_blocks;
DROP TABLE alert_disarmed;
DROP TABLE alert_cooldowns;
DROP TABLE alert_levels;
DROP TABLE alert_shards;
DROP TABLE alert_batches;
