"""What a user's wallets hold on every chain, now and over time.

A refresh reads the wallets' balances (`premium.chains`), prices them (`premium.prices`), and leaves the current assets
and one snapshot. `service.Portfolios` is the door for everybody else; `valuation` computes, and knows no I/O.
"""
