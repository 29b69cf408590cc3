DROP TABLE gas_predictions;
