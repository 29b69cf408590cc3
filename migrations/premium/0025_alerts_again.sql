-- An alert that was taken back may fire again, as late events come: it is a new one in the place of the old.
GRANT UPDATE (id, triggered_at) ON alert_history TO premium_worker;
