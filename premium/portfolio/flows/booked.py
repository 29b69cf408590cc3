"""Books what happened to wallets on a chain between two readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from premium.chains.transfers.movement import Movement
from premium.portfolio.flow_model import Opening
from premium.portfolio.flows.asked import Reading
from premium.portfolio.flows.equation import Flow, Told, reconcile
from premium.portfolio.flows.moves import Done, Move

GAS, ENDS = -1, -4
"""The places of a transaction's gas, and of what no transaction explains."""


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A flow of one wallet: signed base units of an asset."""

    wallet: str
    chain: str
    tx: str
    place: int
    asset: str
    units: int
    kind: str
    block: int
    at: datetime


def book(
    chain: str,
    coin: str,
    wallets: Mapping[str, tuple[Opening, Opening]],
    moved: Mapping[str, Sequence[Movement]] | None,
    closed_at: datetime,
    *,
    own: Iterable[str] = (),
    grows: bool = False,
) -> list[Booked]:
    """Return the flows of wallets on one chain, each between its opening and its closing.

    `moved` are each wallet's movements, None where they could not be read: then every change is unexplained. Growth of
    a token without a transfer is income where they were read: its contract did it. `own` are further wallets of the
    user, between which transfers are nobody's deposit. `grows`: the coin does so, too.
    """
    names = {wallet.lower(): wallet for wallet in wallets}
    done = _transactions(chain, coin, moved or {})
    assets = {asset for pair in wallets.values() for each in pair for asset in each.units}
    assets |= {move.asset for each in done.values() for move in each.moves.values()}
    # Nobody reads who holds an NFT: its logs are believed, so that what was given for one is an exchange.
    nfts = _net(names, (move for each in done.values() for move in each.moves.values() if _is_nft(move.asset)))
    readings = [_readings(wallets, assets, end, nfts) for end in (0, 1)]
    told = Told(
        wallets=frozenset(names),
        opening=readings[0],
        closing=readings[1],
        transactions=done,
        coins=dict.fromkeys(done, coin),
        rebasing=frozenset(assets - (set() if grows else {coin})) if moved is not None else frozenset(),
        own=frozenset(wallet.lower() for wallet in own),
        taxable=frozenset(assets - {coin}),
    )
    times = {each.name: each.time for mine in (moved or {}).values() for each in mine}
    last = {wallet.lower(): pair[1].block for wallet, pair in wallets.items()}

    def booked(flow: Flow) -> Booked:
        done = flow.done
        block = done.block if done and done.block is not None else last[flow.wallet]
        return Booked(
            wallet=names[flow.wallet],
            chain=chain,
            tx=done.tx if done else f"block:{block}",
            place=ENDS if done is None else GAS if flow.kind == "gas" else flow.place or 0,
            asset=flow.asset,
            units=flow.units,
            kind=flow.kind,
            block=block,
            at=datetime.fromtimestamp(times[done.tx], UTC) if done else closed_at,
        )

    return [booked(flow) for flow in reconcile(told).flows if flow.units and not _is_nft(flow.asset)]


def _is_nft(asset: str) -> bool:
    """`chain:address:id`."""
    return asset.count(":") > 1


def _net(names: Iterable[str], moves: Iterable[Move]) -> dict[tuple[str, str], int]:
    """Return what moves changed of each wallet and asset."""
    mine, found = frozenset(names), Counter[tuple[str, str]]()
    for move in moves:
        for wallet, units in move.effects(mine).items():
            found[wallet, move.asset] += units
    return dict(found)


def _transactions(chain: str, coin: str, moved: Mapping[str, Iterable[Movement]]) -> dict[str, Done]:
    """Put the wallets' movements together: what two of them tell of one transaction is one."""
    found: dict[str, Done] = {}
    for movement in (each for mine in moved.values() for each in mine):
        done = found.setdefault(movement.name, Done(movement.name, movement.block, None, None, None, {}))
        done.sender = done.sender or movement.sender
        done.gas_paid = movement.gas or done.gas_paid
        done.signs |= set(movement.signs)
        for transfer in movement.transfers:
            asset = coin if transfer.asset is None else f"{chain}:{transfer.asset}"
            move = Move(movement.name, transfer.place, transfer.by, asset, transfer.source, transfer.target,
                        transfer.units)  # fmt: skip
            done.moves[(transfer.by, transfer.place, asset)] = move
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def _readings(
    wallets: Mapping[str, tuple[Opening, Opening]], assets: Iterable[str], end: int, nfts: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], Reading]:
    found: dict[tuple[str, str], Reading] = {}
    listed = sorted(assets)
    for wallet, pair in wallets.items():
        for asset in listed:
            key = (wallet.lower(), asset)
            net = nfts.get(key, 0)
            units = pair[end].units.get(asset, 0) + max(0, net if end else -net)
            found[key] = Reading.model_construct(wallet=key[0], asset=asset, units=units, block=pair[end].block)
    return found
