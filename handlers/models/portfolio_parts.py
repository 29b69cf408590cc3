"""Parameters that say which part of a portfolio is shown, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

OfWallet = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="Only of this watched wallet: its address, or its id",
        examples=["0x52908400098527886E0F7030069857D2E4169EE7"],
    ),
]
OfChain = Annotated[
    str | None,
    Query(
        min_length=1, max_length=64, pattern=r"^[a-z0-9_-]+$", description="Only on this chain", examples=["ethereum"]
    ),
]
InCurrency = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Z]{3}$",
        description="Sums in this currency, too (`inCurrency`): ISO 4217, one that the European Central Bank publishes",
        examples=["EUR"],
    ),
]
By = Annotated[
    Literal["holding", "leaf"],
    Query(description="How `allocation.asset` tells positions: by what is held for them, or by what is in them"),
]
Group = Annotated[
    Literal["asset", "identity"],
    Query(description="`identity`: what is one asset over chains stands once (a curated table), its chain is `*`"),
]
WithSpam = Annotated[bool, Query(alias="includeSpam", description="Whether spam is listed and counted, too")]
