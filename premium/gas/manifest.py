"""Declare the gas service."""

from __future__ import annotations

from premium.manifest import Command, Service

SERVICE = Service(
    name="gas",
    title="What a transaction will cost",
    commands=(Command(name="gas", text="Fees of blocks, blobs and rollups, and forecasts, by files."),),
)
