"""Values what protocols hold for a wallet by what leaving would pay.

Amounts are base units, rounded as the contracts round; debts are negative. Pool arithmetic is `premium.amm`'s; `nested`
opens tokens that stand for others down to the leaves. Rules: `docs/portfolio.md`.
"""
