"""Finds what protocols hold for wallets, and what wallets owe them.

One module a kind of protocol: `find` asks the contracts, `value` makes of their answers what leaving would pay;
`finder` runs all of them, opens shares of shares down to the leaves and gives each receipt one owner. Which contracts
there are is data (`premium.chains.contracts.protocols`). docs/add-a-protocol.md says how to add one.
"""
