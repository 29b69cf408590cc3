"""Tells in which asset a case's transactions paid their gas."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from premium.cases import CaseError
from premium.portfolio.flows.asked import Reading, Reconcile
from premium.portfolio.flows.moves import Done, Pair

_NAMES = frozenset(
    (
        "native",
        "coin",
        "ether",
        "eth",
        "bnb",
        "pol",
        "matic",
        "avax",
        "ftm",
        "s",
        "celo",
        "xdai",
        "glmr",
        "movr",
        "cro",
        "mnt",
        "kava",
        "sei",
        "one",
        "bera",
        "xpl",
        "hype",
        "trx",
        "sol",
        "btc",
        "ltc",
        "doge",
        "bch",
    )
)
"""What coins are called, in small letters."""
_ADDRESSES = ("0x" + "0" * 40, "0x" + "e" * 40)


def coins(
    case: Reconcile, done: Mapping[str, Done], opening: Mapping[Pair, Reading], closing: Mapping[Pair, Reading]
) -> dict[str, str]:
    """Return the asset of each transaction's gas.

    A transaction is left out where no asset could be it; CaseError where several could. What it moves as coin, else
    the only coin that the case moves; else by name, by the balance that lacks just the gas, or as the only asset that
    no log moves.
    """
    wallets = frozenset(case.wallets)
    moved = {tx: {move.asset for move in each.moves.values() if move.by != "log"} for tx, each in done.items()}
    everywhere = set[str]().union(*moved.values())
    found, likely = dict[str, str](), dict[tuple[str, tuple[str, ...]], str | None]()
    for tx, each in done.items():
        if not each.gas_paid or each.sender not in wallets:
            continue
        own = moved[tx] if len(moved[tx]) == 1 else everywhere
        assets = own or {asset for wallet, asset in (*opening, *closing) if wallet == each.sender}
        if case.coin is not None or len(own) == 1:
            found[tx] = case.coin or next(iter(own))
        else:
            key = each.sender, tuple(sorted(assets))
            if key not in likely:
                likely[key] = _likely(case, done, key[1], each.sender, (opening, closing), tx)
            if (asset := likely[key]) is not None:
                found[tx] = asset
    return found


def _likely(  # noqa: PLR0917 - what a case tells
    case: Reconcile,
    done: Mapping[str, Done],
    assets: Collection[str],
    wallet: str,
    ends: tuple[Mapping[Pair, Reading], Mapping[Pair, Reading]],
    tx: str,
) -> str | None:
    """Return the asset of a transaction's gas; None where none of those that are known could be it."""
    logged = {move.asset for each in done.values() for move in each.moves.values() if move.by == "log"}
    named = [asset for asset in assets if _is_coin(asset)]
    paid = sum(each.gas_paid or 0 for each in done.values() if each.sender == wallet)
    lacking = [asset for asset in named or assets if _gap(done, wallet, asset, ends, frozenset(case.wallets)) == -paid]
    quiet = [asset for asset in assets if asset not in logged and asset not in case.rebasing]
    for found in (named, lacking, quiet):
        if len(found) == 1:
            return found[0]
    if not (named or lacking or quiet):
        return None
    raise CaseError("unknown_coin", f"gas_paid of {tx[:80]}: nothing tells in which asset; name it as coin")


def _gap(
    done: Mapping[str, Done],
    wallet: str,
    asset: str,
    ends: tuple[Mapping[Pair, Reading], Mapping[Pair, Reading]],
    wallets: frozenset[str],
) -> int:
    """Return what a balance changed beyond what transfers tell."""
    before, after = (read[wallet, asset].units if (wallet, asset) in read else 0 for read in ends)
    moves = (move for each in done.values() for move in each.moves.values() if move.asset == asset)
    return after - before - sum(move.effects(wallets).get(wallet, 0) for move in moves)


def _is_coin(asset: str) -> bool:
    last = asset.casefold().rpartition(":")[2]
    return last in _NAMES or last in _ADDRESSES
