-- A contract is held against listed codes, whatever its address.
CREATE INDEX address_labels_code ON address_labels (code_hash) WHERE code_hash IS NOT NULL;
