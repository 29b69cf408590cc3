"""Tax: from transactions to filed forms, traceable lot by lot. Its door is `service`.

Rooms, from the ground up: `rules` of jurisdictions, `neutral` rows, the `history` made of them, the `ledger` of lots,
`matching` by day or pool, `results`; `calculation` walks through them once. `document`, `importers` and `onchain` bring
rows, `reports` writes what was calculated, `store` and `work` keep and carry out.
"""
