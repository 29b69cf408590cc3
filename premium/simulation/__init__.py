"""Simulate transactions: what moves, what stays allowed, who controls what, and under which surroundings.

A shared room: security judges by it, trading checks its plans. `engine.simulate(node, request)` asks one node (a
`premium.chains.rpc.View` is one); `ways` are the methods that nodes have, the best first; `local` is an EVM in this
process for views of files. What could not be simulated is `NotSimulated` with a sentence, never an empty answer.
"""
