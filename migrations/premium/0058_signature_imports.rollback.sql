DROP TABLE imported_signatures;
DROP TABLE signature_imports;
