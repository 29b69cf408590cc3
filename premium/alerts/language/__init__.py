"""The language of rules: event fields, values, conditions, and what they mean."""
