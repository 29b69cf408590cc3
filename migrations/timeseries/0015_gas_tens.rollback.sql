DROP TABLE gas_tens;
