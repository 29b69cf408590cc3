REVOKE UPDATE (id, triggered_at) ON alert_history FROM premium_worker;
