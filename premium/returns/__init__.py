"""Figures of performance, pure: returns, risk, money-weighted rates, and profit by lots.

A shared room: portfolio and copy trading have the same figures. `rates` and `lots` need the standard library alone;
`figures` is vectorised with numpy and belongs to workers. Definitions: `docs/returns.md`.
"""
