DELETE FROM gas_predictions WHERE unit <> 'block';
ALTER TABLE gas_predictions ALTER COLUMN block SET NOT NULL;
ALTER TABLE gas_predictions DROP COLUMN unit;
