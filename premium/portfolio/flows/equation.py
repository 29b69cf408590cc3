"""Close each wallet's equation of an asset, and say what each movement was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from premium.portfolio.flows.asked import Reading
from premium.portfolio.flows.kinds import Kinds
from premium.portfolio.flows.moves import Done, Leg, Move, Pair, window
from premium.portfolio.flows.phantoms import phantoms


class Flow(NamedTuple):
    """What a movement did to one wallet; signed base units.

    Of a phantom it is what the log claims. Income and what is not explained come from no transaction.
    """

    done: Done | None
    place: int | None
    wallet: str
    asset: str
    units: int
    kind: str


@dataclass
class Row:
    """The equation of a wallet and an asset, in base units."""

    opening: int
    closing: int
    came: int = 0
    went: int = 0
    gas: int = 0
    income: int = 0

    @property
    def unexplained(self) -> int:
        """What the chain does not say."""
        return self.closing - self.opening - self.came + self.went + self.gas - self.income


@dataclass
class Reconciled:
    """All equations, and the flows by which they close."""

    rows: dict[Pair, Row]
    flows: list[Flow]
    outside: list[Flow] = field(default_factory=list)
    """What the opening reading has already, or the closing one not yet."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of some wallets between two readings."""

    wallets: frozenset[str]
    opening: Mapping[Pair, Reading]
    closing: Mapping[Pair, Reading]
    transactions: Mapping[str, Done]
    coins: Mapping[str, str]
    """The asset in which each transaction paid its gas."""
    rebasing: frozenset[str]
    own: frozenset[str] = frozenset()
    """Further wallets of the user, whose equations are closed elsewhere."""
    taxable: frozenset[str] | None = None
    """Assets whose transfers may lose a part on the way; None: all that do not rebase."""


def reconcile(told: Told) -> Reconciled:
    """Close the equations.

    Phantom logs are left out, growth of what rebases is income, the rest is shown.
    """
    legs, outside = _within(told)
    rows = {pair: _row(told, pair) for pair in _pairs(told, legs)}
    left_out = _phantoms(told, rows, legs)
    arrived = _taxed(told, rows, [leg for _, mine in legs for leg in mine if leg[0] not in left_out])
    flows = list[Flow]()
    for done, mine in legs:
        kinds = Kinds(told.wallets | told.own, done, mine, left_out)
        for move, wallet, units in mine:
            flow = _gas(done, wallet, move.asset, units) if move.by == "gas" else None
            came = arrived.get(move, units)
            flows.append(flow or Flow(done, move.place, wallet, move.asset, came, kinds.of(move, wallet, units)))
    for flow in flows:
        _enter(rows[flow.wallet, flow.asset], flow)
    flows += _without_transaction(told, rows)
    return Reconciled(rows=rows, flows=flows, outside=outside)


Legs = list[tuple[Done, list[Leg]]]


def _within(told: Told) -> tuple[Legs, list[Flow]]:
    """Return the legs that lie between the readings, by transaction, and those that do not."""
    legs: Legs = []
    outside = list[Flow]()
    for done in told.transactions.values():
        mine = list[Leg]()
        for leg in _legs(told, done):
            move, wallet, units = leg
            why = _outside(told, done, (wallet, move.asset))
            if why is None:
                mine.append(leg)
            else:
                outside.append(Flow(done, move.place, wallet, move.asset, units, why))
        legs.append((done, mine))
    return legs, outside


def _legs(told: Told, done: Done) -> Iterable[Leg]:
    moves = sorted(done.moves.values(), key=lambda move: (move.place is None, move.place or 0, move))
    asset = told.coins.get(done.tx)
    if done.gas_paid and done.sender in told.wallets and asset is not None:
        yield Move(done.tx, None, "gas", asset, done.sender, "", done.gas_paid), done.sender, -done.gas_paid
    for move in moves:
        for wallet, units in sorted(move.effects(told.wallets).items()):
            grown = done.accrued(move, wallet) if units else 0
            if units != grown or not units:
                yield move, wallet, units - grown


def _outside(told: Told, done: Done, pair: Pair) -> str | None:
    before, after = window(told.opening, told.closing, pair)
    if done.block is None:
        return None
    if before is not None and done.block <= before:
        return "before_opening"
    return "after_closing" if after is not None and done.block > after else None


def _pairs(told: Told, legs: Legs) -> list[Pair]:
    moved = {(wallet, move.asset) for _, mine in legs for move, wallet, _ in mine}
    return sorted({*told.opening, *told.closing, *moved})


def _row(told: Told, pair: Pair) -> Row:
    """Return the row of both readings; an asset not in one was not there."""
    return Row(*(read[pair].units if pair in read else 0 for read in (told.opening, told.closing)))


def _phantoms(told: Told, rows: Mapping[Pair, Row], legs: Legs) -> set[Move]:
    """Return the logs to be left out.

    Those of others' transactions are doubted first, then the newest.
    """
    gaps = {pair: row.closing - row.opening for pair, row in rows.items()}
    logs: defaultdict[str, dict[Move, tuple[bool, int]]] = defaultdict(dict)
    for place, (done, mine) in enumerate(legs):
        for move, wallet, units in mine:
            gaps[wallet, move.asset] -= units
            if move.by == "log" and move.units:
                logs[move.asset][move] = done.sender in told.wallets, -place
    found = {move for _, mine in legs for move, _, _ in mine if move.by == "log" and not move.units}
    for asset, ranks in sorted(logs.items()):
        open_gaps = {wallet: -gap for (wallet, of), gap in gaps.items() if of == asset and gap}
        doubted = sorted(ranks, key=lambda move: (*ranks[move], -(move.place or 0), move.place is None, *move[2:]))
        found |= set(phantoms(open_gaps, doubted, told.wallets)) if open_gaps else set()
    return found


def _taxed(told: Told, rows: Mapping[Pair, Row], legs: Iterable[Leg]) -> dict[Move, int]:
    """Return what arrived of logs that claim more: a token took its part on the way.

    Only where the log is all that moved of the asset: of several nobody can tell which one lost it.
    """
    moved: defaultdict[Pair, list[tuple[Move, int]]] = defaultdict(list)
    for move, wallet, units in legs:
        moved[wallet, move.asset].append((move, units))
    found = dict[Move, int]()
    for pair, mine in moved.items():
        (move, claimed), row = mine[0], rows[pair]
        may = pair[1] not in told.rebasing if told.taxable is None else pair[1] in told.taxable
        came = row.closing - row.opening
        if may and len(mine) == 1 and move.by == "log" and move.source not in told.wallets and 0 < came < claimed:
            found[move] = came
    return found


def _gas(done: Done, wallet: str, asset: str, units: int) -> Flow:
    return Flow(done, None, wallet, asset, units, "gas")


def _enter(row: Row, flow: Flow) -> None:
    if flow.kind == "gas":
        row.gas -= flow.units
    elif flow.kind != "phantom":
        row.came += max(flow.units, 0)
        row.went += max(-flow.units, 0)


def _without_transaction(told: Told, rows: Mapping[Pair, Row]) -> Iterable[Flow]:
    """Growth of what rebases, and what nothing explains."""
    found = list[Flow]()
    for (wallet, asset), row in rows.items():
        if asset in told.rebasing and row.unexplained > 0:
            row.income = row.unexplained
            found.append(Flow(None, None, wallet, asset, row.income, "income"))
        elif row.unexplained:
            found.append(Flow(None, None, wallet, asset, row.unexplained, "unexplained"))
    return found
