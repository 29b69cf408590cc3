"""Cost-basis methods and lot scopes: their names, and which a jurisdiction allows."""

from __future__ import annotations

from premium.errors import InvalidInput
from premium.refusals import shown
from premium.tax.model import Remark
from premium.tax.rules.base import Jurisdiction

LOT_METHODS = ("fifo", "lifo", "hifo", "lofo", "specific_id")
POOLED = ("section_104", "section_104_company", "acb", "average", "total_average", "moving_average")
METHODS = (
    *LOT_METHODS,
    "section_104",
    "section_104_company",
    "acb",
    "average",
    "fr_portfolio",
    "ie_fifo_four_week",
    "total_average",
    "moving_average",
)
SCOPES = ("universal", "per_wallet", "pool", "portfolio")
_ALIASES = {"average_cost": "average", "s104": "section_104", "spec_id": "specific_id"}
_ONE_QUEUE = frozenset({"universal", "pool", "portfolio"})


def method_of(asked: str | None, rules: Jurisdiction) -> str:
    """Return the method that is asked for, else the jurisdiction's default.

    InvalidInput names the known ones.
    """
    if asked is None:
        return rules.methods[0]
    wanted = asked.strip().lower().replace("-", "_")
    wanted = _ALIASES.get(wanted, wanted)
    if wanted not in METHODS:
        known = ", ".join(METHODS)
        raise InvalidInput.about("method", f"unknown method {shown(asked)}; known are {known}")
    return wanted


def disallowed(method: str, scope: str | None, rules: Jurisdiction) -> tuple[Remark, ...]:
    """Return remarks on a method or scope that the jurisdiction does not allow."""
    found = []
    if method not in rules.methods:
        text = f"{rules.name} does not allow the method {method}; allowed: {', '.join(rules.methods)}"
        found.append(Remark("method_not_allowed", None, text))
    same = scope in _ONE_QUEUE and rules.scopes[0] in _ONE_QUEUE
    if scope is not None and scope not in rules.scopes and not same:
        text = f"{rules.name} does not allow the lot scope {scope}; allowed: {', '.join(rules.scopes)}"
        found.append(Remark("lot_scope_not_allowed", None, text))
    return tuple(found)


def working_scope(asked: str | None, method: str, rules: Jurisdiction, *, allocated: bool) -> str:
    """Return the lot scope that the method works in.

    A pooled method's `universal` is its one pool. `allocated`: whether the input states how a universal pool was
    allocated to wallets. InvalidInput for no scope.
    """
    if asked is not None and asked not in SCOPES:
        raise InvalidInput.about("lotScope", f"unknown lot scope {shown(asked)}; known are {', '.join(SCOPES)}")
    if method == "fr_portfolio":
        return "portfolio"
    if method in POOLED:
        return "per_wallet" if asked == "per_wallet" and not method.startswith("section") else "pool"
    if asked == "per_wallet" and allocated and rules.default_scope is not None:
        # What a universal pool left is allocated to wallets: until then it was universal.
        return rules.default_scope
    if asked in ("universal", "per_wallet"):
        return asked
    if asked is None and rules.default_scope is not None:
        return rules.default_scope
    return "per_wallet" if rules.scopes[0] == "per_wallet" else "universal"
