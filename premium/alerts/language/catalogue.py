"""The catalogue of events: their kinds, and the fields and types of each kind.

A `gauge` is a level (price, gas, TVL): a rule on it fires when the level crosses into its condition. Everything else
is an occurrence (a transfer, an exploit): a rule on it fires each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from premium.alerts.language import values

EVERYWHERE = "all"
"""The chain of a protocol's TVL, which is summed over all of its chains."""


class FieldType(StrEnum):
    """The type of a field, with its reader and the operators that fit it."""

    NUMBER = "number"
    TEXT = "text"
    ADDRESS = "address"
    SEVERITY = "severity"

    @property
    def ordered(self) -> bool:
        """Return whether values have an order, so that gt and lt fit."""
        return self in (FieldType.NUMBER, FieldType.SEVERITY)

    @property
    def reader(self) -> Callable[[object], object]:
        """Return the function that reads raw values of the type."""
        return _READERS[self]


_READERS: Mapping[FieldType, Callable[[object], object]] = MappingProxyType(
    {
        FieldType.NUMBER: values.number,
        FieldType.TEXT: values.text,
        FieldType.ADDRESS: values.folded,
        FieldType.SEVERITY: values.severity,
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event."""

    type: FieldType
    gauge: bool = False


_NUMBER = Field(FieldType.NUMBER)
_GAUGE = Field(FieldType.NUMBER, gauge=True)
_TEXT = Field(FieldType.TEXT)
_ADDRESS = Field(FieldType.ADDRESS)
_COMMON = {"chain": _TEXT, "event_id": _TEXT}

FIELDS: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "transfer": {
            **_COMMON, "asset": _TEXT, "amount": _NUMBER, "amount_base_units": _NUMBER, "amount_usd": _NUMBER,
            "from": _ADDRESS, "to": _ADDRESS, "tx_hash": _ADDRESS, "block_number": _NUMBER,
        },
        "price": {
            **_COMMON, "asset": _TEXT, "price_usd": _GAUGE, "change_pct_1h": _GAUGE, "change_pct_24h": _GAUGE,
        },
        "gas": {**_COMMON, "gas_gwei": _GAUGE, "base_fee_gwei": _GAUGE, "block_number": _NUMBER},
        "protocol": {
            **_COMMON, "protocol": _TEXT, "tvl_usd": _GAUGE, "tvl_change_pct_24h": _GAUGE, "risk_kind": _TEXT,
            "severity": Field(FieldType.SEVERITY), "asset": _TEXT, "price_usd": _GAUGE,
        },
    }
)  # fmt: skip

KIND_OF_RULE: Mapping[str, str] = MappingProxyType(
    {"whale": "transfer", "price": "price", "gas": "gas", "protocol_risk": "protocol"}
)
"""Rule type → event kind."""

SERIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"transfer": ("chain", "asset"), "price": ("chain", "asset"), "gas": ("chain",), "protocol": ("chain", "protocol")}
)
"""The fields that name the series of an event: its level before is looked up by these."""

ABOUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "transfer": frozenset({"symbol", "decimals"}),
        "price": frozenset({"symbol", "confidence", "source"}),
        "gas": frozenset(),
        "protocol": frozenset({"source"}),
    }
)
"""What events say beside their fields, for texts alone.

Any contract may call itself by any symbol: no rule rests on it.
"""

OCCURRENCES = frozenset(kind for kind, fields in FIELDS.items() if not any(field.gauge for field in fields.values()))
"""Kinds without a gauge: each event stands on its own."""

DISCRIMINATORS = ("chain", "asset", "protocol", "from", "to", "risk_kind")
"""Fields by whose equality the index groups rules, so that an event reaches only its own groups."""


def field(kind: str, name: str) -> Field | None:
    """Return a declared field, None for one that the catalogue does not know."""
    return FIELDS[kind].get(name)
