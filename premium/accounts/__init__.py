"""Users, their profiles and API keys, and whose a request is.

Its door is `premium.accounts.service`: `Accounts.of(platform)` for what a user does with his own account,
`gatekeeper(platform)` and `stream_gate(platform)` for the credentials of requests and streams.
"""
