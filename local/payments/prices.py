"""What the stage `local` sells, and which paths of the inbox are payments'."""

from __future__ import annotations

PRICES = {
    "price_starter_month": 2500, "price_pro_month": 5000, "price_pro_year": 50_000, "price_enterprise_month": 50_000,
    "pri_starter_month": 2500, "pri_pro_month": 5000, "pri_pro_year": 50_000, "pri_enterprise_month": 50_000,
}  # fmt: skip
"""Minor units of a dollar; Paddle's prices begin with `pri_`."""
AGREED, AGREED_REQUESTS = "price_agreed", 50
"""What is sold to nobody but by agreement: enterprise, with so few requests a month that one sees them end."""
PLANS = ",".join(f"{name}={':'.join(name.split('_')[1:])}:usd" for name in PRICES)
PLANS += f",{AGREED}=enterprise:month:usd:{AGREED_REQUESTS}"
PRICES[AGREED] = 50_000
"""BILLING_PRICES of the stage."""
STAGE_FILE = "stage.json"
"""Beside the inbox's messages: the address of the API and the secrets of webhooks."""
PATHS = ("/v1/", "/transactions", "/subscriptions", "/customers/", "/pay/", "/payments")
"""What begins so is asked of the cashier."""
