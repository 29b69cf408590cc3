DROP TABLE tax_reports;
DROP TABLE tax_transactions;
