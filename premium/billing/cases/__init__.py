"""Answer the cases of the offline commands: `webhooks`, `subscriptions`, `limits`, `meters`.

Each holds one `KIND` for `premium.cases.answer_alike`, or makes one; nothing here asks a clock.
"""
