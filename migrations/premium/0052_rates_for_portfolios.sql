-- Portfolios are shown in other currencies by the central bank's rates, which are nobody's own.

GRANT SELECT ON exchange_rates TO premium_app;
