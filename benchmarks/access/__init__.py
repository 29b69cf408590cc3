"""What access costs: logins so far."""
