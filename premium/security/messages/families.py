"""Known families of typed data, told by their members, never by their name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from premium.security.calls.effects import Effect, Inner
from premium.security.messages.values import Members


class Signed(NamedTuple):
    """What a family's reader is given: values, contract and signer."""

    message: Members
    contract: str | None
    signer: str | None
    types: Mapping[str, Any]
    primary: str


class Family(NamedTuple):
    """A family: its kind, the members that it has, and its reader."""

    kind: str
    names: frozenset[str]
    reader: Callable[[Signed], Iterable[Effect | Inner]]
    own: bool = False
    """The contract is the signer's own wallet, which nobody labels."""


_FAMILIES: list[Family] = []


def family(kind: str, names: str, *, own: bool = False) -> Callable[[Any], Any]:
    """Register a reader for messages with exactly these members."""

    def keep(reader: Any) -> Any:
        _FAMILIES.append(Family(kind, frozenset(names.split()), reader, own))
        return reader

    return keep


@lru_cache(maxsize=1)
def families() -> Mapping[frozenset[str], Family]:
    """Return the families by their members."""
    for name in ("permits", "orders", "wallets"):
        import_module(f"premium.security.messages.{name}")
    return {each.names: each for each in _FAMILIES}


def family_of(names: Iterable[str]) -> Family | None:
    """Return the family with these members; Permit2's witness may have any name."""
    given = frozenset(names)
    found = families().get(given)
    if found is None and given > _PERMIT2_TRANSFER and len(given) == len(_PERMIT2_TRANSFER) + 1:
        return families()[_PERMIT2_TRANSFER]._replace(kind="permit2_witness")
    return found


_PERMIT2_TRANSFER = frozenset({"permitted", "spender", "nonce", "deadline"})
