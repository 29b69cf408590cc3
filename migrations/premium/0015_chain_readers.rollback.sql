DROP TABLE chain_readers;
