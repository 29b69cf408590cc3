"""Chains as data, and reading them through their nodes.

`registry` knows every chain, `rpc` speaks to the nodes of one, `evm` reads balances. Services are given these by
`Platform.chains` and `Platform.market`.
"""
