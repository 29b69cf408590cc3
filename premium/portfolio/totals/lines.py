"""Lay out what is held and owed as lines, each counted by one owner.

A receipt that a position explains, and an asset that shows another's money again, are lines that do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from premium.case_fields import Instant
from premium.money import EXACT, from_base_units
from premium.portfolio.totals.asked import Aggregate, HoldingBefore, Part, Position, PositionBefore, State
from premium.portfolio.totals.coverage import ChainRead, Covered

_TOKEN = "token"  # noqa: S105 - a category
Key = tuple[str, str, str]
"""A wallet, a chain and an asset."""


@dataclass(kw_only=True)
class Line:
    """An asset that a wallet holds, or a part of a position.

    Of a debt the units are negative.
    """

    wallet: str
    chain: str
    asset: str
    units: int
    decimals: int | None
    category: str
    role: str = "held"
    state: State | None = None
    position: str | None = None
    stale: bool = False
    as_of: Instant | None = None
    block: int | None = None
    before: HoldingBefore | None = None
    """The line of the answer before, where this one is kept from it."""
    why: str | None = None
    """Why it does not count, by what it is; prices are judged later."""

    @property
    def key(self) -> Key:
        """Where it is held, and what."""
        return self.wallet, self.chain, self.asset

    @property
    def amount(self) -> Decimal | None:
        """Whole units, None where no scale is known."""
        return None if self.decimals is None else from_base_units(self.units, self.decimals)


@dataclass(kw_only=True)
class Held:
    """A position, as the answer tells it."""

    id: str
    wallet: str
    chain: str
    protocol: str
    kind: str | None
    receipts: tuple[str, ...]
    locked_until: Instant | None
    stale: bool = False
    as_of: Instant | None = None


@dataclass
class Laid:
    """All lines and positions, and what was found on the way."""

    lines: list[Line] = field(default_factory=list)
    positions: dict[str, Held] = field(default_factory=dict)
    findings: list[dict[str, str | None]] = field(default_factory=list)
    unread: set[Key] = field(default_factory=set)
    """Assets whose contract did not answer and of which nothing earlier is known."""


def lay(case: Aggregate, read: Mapping[str, ChainRead], covered: Sequence[Covered]) -> Laid:
    """Return the lines of all chains: read now, or kept from the answer before."""
    laid = Laid()
    scales = _scales(case, read)
    kept = {(each.wallet, each.chain): each for each in covered if each.chain not in read and each.has_part}
    for part in read.values():
        _lay_read(case, laid, part, scales)
    if case.previous is not None:
        mine = [row for row in case.previous.holdings if (row.wallet, row.chain) in kept]
        laid.lines += [_kept(row, kept[row.wallet, row.chain], scales) for row in mine]
        for old in case.previous.positions:
            if (old.wallet, old.chain) in kept:
                laid.positions[old.id] = _position_before(old, kept[old.wallet, old.chain])
    _explain(laid)
    return laid


def _scales(case: Aggregate, read: Mapping[str, ChainRead]) -> dict[str, tuple[int | None, str]]:
    """Return decimals and category of each asset, as any balance tells them."""
    found: dict[str, tuple[int | None, str]] = {}
    rows = [row for part in read.values() for row in part.balances.values()]
    known = [(row.asset, row.decimals, row.category) for row in rows]
    if case.previous is not None:
        known += [(row.asset, _decimals(row), row.category) for row in case.previous.holdings]
    for asset, decimals, category in sorted(known, key=str):
        scale, kind = found.get(asset, (None, _TOKEN))
        found[asset] = (decimals if scale is None else scale, category or kind if kind == _TOKEN else kind)
    for asset, digits in case.token_decimals.items():
        scale, kind = found.get(asset, (None, _TOKEN))
        found[asset] = (digits if scale is None else scale, kind)
    for asset, category in case.token_categories.items():
        scale, kind = found.get(asset, (None, _TOKEN))
        found[asset] = (scale, category if kind == _TOKEN else kind)
    words = {asset: word.category for asset, word in case.overrides.items() if word.category}
    return found | {asset: (found.get(asset, (None, ""))[0], category) for asset, category in words.items()}


def _decimals(row: HoldingBefore) -> int | None:
    """Return the decimals of a line before, as units and amount tell."""
    if row.decimals is not None or not row.units or not row.amount:
        return row.decimals
    try:
        ratio = EXACT.divide(Decimal(row.units), row.amount)
    except (InvalidOperation, ArithmeticError):
        return None
    digits = ratio.adjusted()
    return digits if 0 <= digits <= 255 and ratio == Decimal(1).scaleb(digits) else None


def _lay_read(case: Aggregate, laid: Laid, part: ChainRead, scales: Mapping[str, tuple[int | None, str]]) -> None:
    def line(wallet: str, asset: str, units: int, decimals: int | None = None) -> Line:
        scale, category = scales.get(asset, (None, _TOKEN))
        return Line(wallet=wallet, chain=part.chain, asset=asset, units=units, category=category, as_of=part.at,
                    decimals=scale if decimals is None else decimals, block=part.block)  # fmt: skip

    for (wallet, asset), row in sorted(part.balances.items()):
        made = line(wallet, asset, row.units, row.decimals)
        if asset not in case.overrides or not case.overrides[asset].category:
            made.category = row.category or made.category
        if row.mirror_of is not None and _is_mirror(part, wallet, asset, row.mirror_of):
            made.why = "mirror"
        laid.lines.append(made)
    for name, position in _named(part):
        laid.positions[name] = Held(
            id=name, wallet=position.wallet, chain=part.chain, protocol=position.protocol, kind=position.kind,
            receipts=position.receipts, locked_until=position.locked_until, as_of=part.at,
        )  # fmt: skip
        for role, sign, parts in (("asset", 1, position.assets), ("debt", -1, position.debts)):
            for (asset, state), units in _summed(parts):
                leg = line(position.wallet, asset, sign * units)
                leg.role, leg.position, leg.state = role, name, state
                laid.lines.append(leg)
    _keep_unreadable(case, laid, part, scales)
    if part.superseded:
        laid.findings.append(_finding("superseded_reading", f"{part.superseded} of older blocks", chain=part.chain))


def _is_mirror(part: ChainRead, wallet: str, asset: str, original: str) -> bool:
    """Tell whether the original stands there, too.

    Of two that mirror each other the first by name counts.
    """
    other = part.balances.get((wallet, original))
    if other is None or original == asset:
        return False
    return other.mirror_of != asset or original < asset


def _named(part: ChainRead) -> list[tuple[str, Position]]:
    """Return positions with names that do not depend on the order of the file."""
    ordered = sorted(part.positions, key=repr)
    names = ["/".join([p.wallet, part.chain, p.protocol, *([p.kind] if p.kind else []), *sorted(p.receipts)])
             for p in ordered]  # fmt: skip
    counts, seen = Counter(names), Counter[str]()
    found = list[tuple[str, Position]]()
    for name, position in zip(names, ordered, strict=True):
        seen[name] += 1
        found.append((f"{name}#{seen[name]}" if counts[name] > 1 else name, position))
    return found


def _summed(parts: Iterable[Part]) -> list[tuple[tuple[str, State | None], int]]:
    sums = Counter[tuple[str, State | None]]()
    for part in parts:
        sums[part.asset, part.state] += part.units
    return sorted(sums.items(), key=str)


def _keep_unreadable(
    case: Aggregate, laid: Laid, part: ChainRead, scales: Mapping[str, tuple[int | None, str]]
) -> None:
    """Keep the lines before of tokens whose contract did not answer."""
    there = {line.key for line in laid.lines if line.role == "held"}
    rows = case.previous.holdings if case.previous else ()
    for asset in sorted(part.unreadable):
        old = [row for row in rows if (row.chain, row.asset) == (part.chain, asset) and row.role in (None, "held")]
        old = [row for row in old if (row.wallet, row.chain, row.asset) not in there and row.units >= 0]
        kept = Covered("", part.chain, "stale")
        laid.lines += [_kept(row, kept, scales) for row in old]
        if not old:
            laid.unread.add(("*", part.chain, asset))
        laid.findings.append(_finding("unreadable", "the contract did not answer", chain=part.chain, asset=asset))


def _kept(row: HoldingBefore, covered: Covered, scales: Mapping[str, tuple[int | None, str]]) -> Line:
    scale, category = scales.get(row.asset, (None, _TOKEN))
    role = row.role or (
        "held" if row.position is None or row.why == "receipt" else "asset" if row.units >= 0 else "debt"
    )
    decimals = _decimals(row)
    return Line(
        wallet=row.wallet, chain=row.chain, asset=row.asset, units=row.units, category=category, role=role,
        decimals=scale if decimals is None else decimals, position=row.position, stale=True, state=row.state,
        as_of=row.as_of or covered.at, block=covered.block, before=row,
        why=row.why if row.why in ("mirror", "receipt") else None,
    )  # fmt: skip


def _position_before(old: PositionBefore, covered: Covered) -> Held:
    return Held(id=old.id, wallet=old.wallet, chain=old.chain, protocol=old.protocol, kind=old.kind,
                receipts=old.receipts, locked_until=old.locked_until, stale=True, as_of=covered.at)  # fmt: skip


def _explain(laid: Laid) -> None:
    """Give each receipt one owner, and count nothing twice."""
    owners: dict[Key, str] = {}
    doubled: dict[str, str] = {}
    for held in laid.positions.values():
        keys = [(held.wallet, held.chain, receipt) for receipt in held.receipts]
        other = next((owners[key] for key in keys if key in owners), None)
        if other is not None:
            doubled[held.id] = other
            laid.findings.append(_finding("receipt_twice", f"{other} explains it", position=held.id))
            continue
        owners |= dict.fromkeys(keys, held.id)
    held_units = Counter[Key]()
    for line in laid.lines:
        if line.role == "held":
            held_units[line.key] += line.units
    for line in laid.lines:
        owner = owners.get(line.key)
        if line.position in doubled and line.role != "held":
            line.why = "receipt"
        elif line.role == "held" and owner is not None:
            line.why, line.position = line.why or "receipt", owner
        elif line.role == "asset" and owner not in (None, line.position) and not held_units[line.key]:
            line.why = "receipt"
    _find_circles(laid, owners)


def _find_circles(laid: Laid, owners: Mapping[Key, str]) -> None:
    """Name positions that explain each other: nothing of them counts."""
    leads = {line.position: owners[line.key] for line in laid.lines
             if line.role == "asset" and line.why == "receipt" and line.key in owners}  # fmt: skip
    for start in sorted(str(each) for each in leads):
        place, seen = leads.get(start), {start}
        while place is not None and place not in seen:
            seen.add(place)
            place = leads.get(place)
        if place == start:
            laid.findings.append(_finding("circle", "it explains what explains it", position=start))


def _finding(code: str, text: str, **where: str | None) -> dict[str, str | None]:
    return {"code": code, "wallet": None, "chain": None, "asset": None, "position": None} | where | {"text": text}
