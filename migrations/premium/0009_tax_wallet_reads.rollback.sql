DROP TABLE tax_wallet_reads;
