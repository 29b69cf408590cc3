"""Count against limits and quotas exactly: `window` a minute's requests, `levels` a month's."""
