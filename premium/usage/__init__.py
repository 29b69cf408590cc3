"""What users' keys were used for: days and months summed up, quotas watched, dashboards.

Its door is `premium.usage.service`: `Usage.of(platform)`. Requests are counted by `premium.metering`.
"""
