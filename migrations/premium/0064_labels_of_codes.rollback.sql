DROP INDEX address_labels_code;
