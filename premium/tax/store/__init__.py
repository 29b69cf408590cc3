"""All SQL of the tax service: imported transactions, what was read of wallets, finished reports."""
