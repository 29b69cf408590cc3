"""Fold providers' events into subscriptions, with the same end in any order.

`stripe` and `paddle` read what a provider sends as an `Event`; `state.step` says what one event makes of a
subscription; `history` keeps a subscription's events in their own order; `ledger.Ledger` takes events as they arrive,
finds whose they are, and tells what each one did.
"""
