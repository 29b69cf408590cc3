"""Transfers between one's own wallets, joined from their halves."""

from __future__ import annotations

from collections.abc import Iterable

from premium.money import EXACT, ZERO, divide, plain, readable
from premium.tax.history.pairs import Joined, joined
from premium.tax.model import Remark, Transaction
from premium.tax.neutral.kinds import OUTSIDE, RETURNED
from premium.tax.trail import Pair, Trail

Legs = dict[str, Transaction | None]
"""By id what becomes of a half; None leaves the history."""


def pair_transfers(transactions: list[Transaction], remarks: list[Remark], trail: Trail) -> list[Transaction]:
    """Join each half of a transfer with its counterpart.

    The difference is burnt; others keep the unknown wallet. What one wallet gave and received of different assets in
    one transaction of a chain becomes the legs of an exchange, which bears its gas. A pair that only amount and time
    speak for is told of.
    """
    out = [tx for tx in transactions if tx.type == "transfer" and tx.more.to_wallet == OUTSIDE]
    into = [tx for tx in transactions if tx.type == "transfer" and tx.wallet == OUTSIDE]
    if not out and not into:
        return transactions
    pairs = joined(sorted(out, key=_when), sorted(into, key=_when))
    arrived = {each.arriving.id for each in pairs.values()}
    single = {tx.id: tx for tx in (*out, *into) if tx.id not in pairs and tx.id not in arrived}
    legs = _exchanged(single.values(), remarks)
    gas = _gas_of(legs, transactions, trail)
    _remark_unmatched((tx for tx in single.values() if tx.id not in legs), remarks)
    changed: Legs = dict.fromkeys((*arrived, *gas))
    changed |= {tx.id: _whole(tx, pairs.get(tx.id)) for tx in (*out, *into) if tx.id in pairs or tx.id in single}
    changed |= legs
    for tx in out:
        if tx.id in pairs:
            _tell(tx, pairs[tx.id], remarks, trail)
    made = (changed.get(tx.id, tx) for tx in transactions)
    return [tx for tx in made if tx is not None]


def _tell(leaving: Transaction, found: Joined, remarks: list[Remark], trail: Trail) -> None:
    """Note a pair, and remark on one that is assumed."""
    arriving = found.arriving
    lost, apart = EXACT.subtract(leaving.amount, arriving.amount), (arriving.instant - leaving.instant) // 1_000_000
    amount, gone = plain(leaving.amount), plain(lost)
    pair = Pair(leaving.id, arriving.id, leaving.asset, amount, gone, apart, found.assumed)
    trail.pairs.append(pair)
    trail.absorbed[arriving.id] = f"the arrival of the transfer {leaving.id}: {amount} {leaving.asset} left" + (
        f", {gone} of it were lost on the way" if lost else ""
    )
    if found.assumed:
        where = f"{leaving.wallet or 'the wallet'} to {arriving.more.to_wallet or 'the other wallet'}"
        when = f"{apart} seconds after it left" if apart >= 0 else f"{-apart} seconds before it left"
        text = f"taken for one transfer with {arriving.id}, from {where}: by amount and time alone, it came in {when}"
        text += f", {gone} {leaving.asset} lost" if lost else ""
        text += "; give both one group to confirm it, or each its own to part them"
        remarks.append(Remark("assumed_transfer", leaving.id, text))


def _gas_of(legs: dict[str, Transaction], transactions: Iterable[Transaction], trail: Trail) -> set[str]:
    """Let an exchange that its hash shows bear the gas of its transaction; return the rows of gas that go.

    Gas counts as the fee of what it paid for, as in a wallet that is read from its chain.
    """
    bearers: dict[tuple[str, str], str] = {}
    for tx in legs.values():
        if tx.type == "sell" and tx.more.tx_hash is not None and tx.more.fee_asset is None:
            bearers.setdefault((tx.more.tx_hash, tx.wallet), tx.id)
    gone = set[str]()
    for tx in transactions if bearers else ():
        name = None if tx.type != "fee" or tx.more.tx_hash is None else bearers.get((tx.more.tx_hash, tx.wallet))
        if name is None or legs[name].more.fee_asset is not None:
            continue
        leg, worth = legs[name], tx.value or ZERO
        more = leg.more._replace(fee_asset=tx.asset, fee_amount=tx.amount)
        legs[name] = leg._replace(fee=EXACT.add(leg.fee, worth), more=more)
        trail.absorbed[tx.id] = (
            f"the gas of the exchange {name}: {plain(tx.amount)} {tx.asset}, which is {name}:fee now"
        )
        gone.add(tx.id)
    return gone


def _exchanged(halves: Iterable[Transaction], remarks: list[Remark]) -> dict[str, Transaction]:
    """Return legs by id, of halves that share hash and wallet.

    They go both ways; others are left out. Explorers list the coin and each token in files of their own; only the
    hash says that they belong together.
    """
    shared: dict[tuple[str, str], list[Transaction]] = {}
    for tx in halves:
        if tx.more.tx_hash is not None and tx.more.group is None and tx.more.basis is None:
            shared.setdefault((tx.more.tx_hash, _own_wallet(tx)), []).append(tx)
    legs: dict[str, Transaction] = {}
    for (name, wallet), together in shared.items():
        given = {tx.asset for tx in together if _is_given(tx)}
        received = {tx.asset for tx in together if not _is_given(tx)}
        if given and received and given.isdisjoint(received):
            legs |= {tx.id: _leg(tx, name) for tx in together}
            first = min(tx.id for tx in together if _is_given(tx))
            text = f"what {wallet or 'the wallet'} gave and received in {name} is taken as an exchange"
            remarks.append(Remark("exchange_by_hash", first, text, None, "tx_hash"))
    return legs


def _is_given(half: Transaction) -> bool:
    return half.more.to_wallet == OUTSIDE


def _own_wallet(half: Transaction) -> str:
    return half.wallet if _is_given(half) else half.more.to_wallet or ""


def _leg(half: Transaction, name: str) -> Transaction:
    side, more = "sell" if _is_given(half) else "buy", half.more._replace(to_wallet=None, group=f"hash:{name}")
    return half._replace(type=side, wallet=_own_wallet(half), more=more)


def _remark_unmatched(halves: Iterable[Transaction], remarks: list[Remark]) -> None:
    for tx in halves:
        if _is_given(tx) or tx.more.basis is None:
            where = "left for" if _is_given(tx) else "came from"
            text = f"{readable(tx.amount)} {tx.asset} {where} an unknown wallet: no matching half was found"
            remarks.append(Remark("unmatched_transfer", tx.id, text))


def _whole(half: Transaction, found: Joined | None) -> Transaction:
    """Make one transfer of two halves, or of one.

    What came in alone with its basis stated is a lot of that basis. What is burnt is worth its part of what either
    half says the whole is worth. A fee in kind that is just what was lost on the way is no second one.
    """
    more, priced, instant = half.more, half, half.instant
    if found is not None:
        arriving = found.arriving
        burnt = EXACT.subtract(half.amount, arriving.amount)
        more = more._replace(to_wallet=arriving.more.to_wallet, burnt=burnt)
        if more.fee_asset == half.asset and (more.fee_amount == burnt or _is_given_back(half, arriving)):
            more = more._replace(fee_asset=None, fee_amount=ZERO)
        priced, instant = half if half.value is not None else arriving, min(half.instant, arriving.instant)
    elif half.wallet == OUTSIDE and more.basis is not None:
        return half._replace(type="buy", wallet=more.to_wallet or "", more=more._replace(to_wallet=None))
    elif more.kind == RETURNED:
        more = more._replace(fee_asset=None, fee_amount=ZERO)
    if not more.burnt or priced.value is None:
        return half._replace(value=None, instant=instant, more=more)
    value = divide(EXACT.multiply(priced.value, more.burnt), priced.amount)
    return half._replace(value=value, instant=instant, more=more)


def _is_given_back(half: Transaction, arriving: Transaction) -> bool:
    """Tell whether what came back brought the fee of what had left, too."""
    theirs = arriving.more
    return theirs.kind == RETURNED and (theirs.fee_asset, theirs.fee_amount) == (
        half.more.fee_asset,
        half.more.fee_amount,
    )


def _when(tx: Transaction) -> tuple[int, str]:
    return (tx.instant, tx.id)
