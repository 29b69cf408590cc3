"""What is watched and told: metrics, alarms, dashboards, logs, summaries."""
