"""Users of the platform, their profiles and API keys, and the verdict on who a request comes from.

Its door is `premium.accounts.service`: `Accounts.of(platform)` for what a user does with his own account,
`gatekeeper(platform)` and `StreamUsers.of(platform)` for the credentials of requests and streams.
"""
