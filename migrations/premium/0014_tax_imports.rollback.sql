-- Rows of the kinds that came with it have no place before and go.
REVOKE UPDATE (imports), DELETE ON tax_transactions FROM premium_worker;
REVOKE SELECT, DELETE ON tax_wallet_reads FROM premium_app;
ALTER TABLE tax_transactions NO FORCE ROW LEVEL SECURITY;
DELETE FROM tax_transactions WHERE type IN ('derivative_pnl', 'loan', 'repayment', 'collateral', 'correction');
ALTER TABLE tax_transactions FORCE ROW LEVEL SECURITY;
ALTER TABLE tax_transactions DROP CONSTRAINT tax_transactions_type_check;
ALTER TABLE tax_transactions ADD CONSTRAINT tax_transactions_type_check CHECK (type IN (
    'buy', 'sell', 'swap', 'transfer', 'transfer_in', 'transfer_out', 'income', 'fee',
    'gift_in', 'gift_out', 'gift_received', 'gift_sent', 'donation', 'lost', 'stolen',
    'nft_buy', 'nft_sell', 'lp_add', 'lp_remove', 'wrap', 'bridge')) NOT VALID;
ALTER TABLE tax_transactions DROP COLUMN imports;
DROP TABLE tax_imports;
