"""Rights and what carries them: grants, provisions, secrets, groups, acknowledged findings."""
