"""Transactions, gains and tax reports of several jurisdictions.

The door is `service.Taxes`. Below it, each room knows those before it only: `importers` and `document` read histories,
`history` makes transactions of them, `rules` declare countries, `ledger` and `matching` use up lots, `results` add up,
`reports` write forms. All of these are pure; `store`, `onchain` and `work` reach databases and nodes.
"""
