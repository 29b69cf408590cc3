DROP TABLE tax_comparisons;
