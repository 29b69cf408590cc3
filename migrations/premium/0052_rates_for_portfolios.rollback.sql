REVOKE SELECT ON exchange_rates FROM premium_app;
