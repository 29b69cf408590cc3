"""Say in words what users are told of their quotas."""

from __future__ import annotations

from premium.notifications.model import Notice
from premium.usage.model import UsageAlert


def notice_of(alert: UsageAlert) -> Notice:
    """Return the notice of an alert, told once for its subject, level and period."""
    who = f"The API key {alert.key_prefix}…" if alert.key_prefix else "Your account"
    data = {
        "level": alert.level,
        "keyPrefix": alert.key_prefix,
        "requests": alert.requests,
        "quota": alert.quota,
        "month": alert.period[:7],
    }
    key = f"{alert.key_id or alert.user_id}:{alert.period}:{alert.level}"
    if alert.level == "anomaly":
        return Notice(
            user=alert.user_id,
            kind="usage.anomaly",
            key=key,
            title="Far more requests than usual",
            text=f"{who} asked {alert.requests:,} times on {alert.period} (UTC), five times its daily mean or more.",
            data=data,
        )
    return Notice(
        user=alert.user_id,
        kind="usage.level",
        key=key,
        title=f"{alert.level} % of this month's requests are used",
        text=f"{who} has used {alert.requests:,} of the {alert.quota:,} requests of {alert.period}.",
        data=data,
    )
