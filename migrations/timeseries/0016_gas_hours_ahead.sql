-- Predictions of hours beside those of blocks: their horizon is in minutes, and no block is named.
ALTER TABLE gas_predictions ADD COLUMN unit TEXT NOT NULL DEFAULT 'block';
ALTER TABLE gas_predictions ADD CONSTRAINT gas_predictions_unit CHECK (unit IN ('block', 'minute'));
ALTER TABLE gas_predictions ALTER COLUMN block DROP NOT NULL;
COMMENT ON COLUMN gas_predictions.horizon IS 'blocks, or minutes: 60, 360 and 1440, which no number of blocks is';
