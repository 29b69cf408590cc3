"""Flows of wallets between two readings, of what the chain told of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from premium.chains.transfers.evidence import signs
from premium.chains.transfers.movement import COIN, RESIDUAL, Movement, Transfer
from premium.portfolio.flow_model import Opening
from premium.portfolio.flows.booked import Booked, book
from premium.portfolio.onchain.ledger import _without_loans

pytestmark = pytest.mark.unit

AT = datetime(2026, 1, 1, tzinfo=UTC)
ME, FRIEND, POOL = "0xMe", "0xFriend", "0xpool"
COIN_KEY, GOLD, NFT = "one:0x00", "0xgold", "0xnft:7"


def movement(name: str, *transfers: Transfer, me: str = ME, gas: int = 0) -> Movement:
    made = Movement(name, 5, 1_700_000_000, gas=gas, sender=me.lower() if gas else "0xother")
    for transfer in transfers:
        made.take(transfer, me.lower())
    return made


def moved(place: int, asset: str | None, source: str, target: str, units: int) -> Transfer:
    by = "coin" if asset is None else "log"
    return Transfer(place, asset, source.lower(), target.lower(), units, by)  # type: ignore[arg-type] # one of two


def ends(before: dict[str, int], after: dict[str, int]) -> tuple[Opening, Opening]:
    return Opening(1, before), Opening(9, after)


def kinds(rows: list[Booked]) -> list[tuple[str, str, int]]:
    return sorted((row.kind, row.asset, row.units) for row in rows)


def test_what_is_given_for_an_nft_is_an_exchange_and_the_nft_no_row() -> None:
    told = [movement("tx", moved(1, GOLD, ME, POOL, 30), moved(2, NFT, POOL, ME, 1), gas=2)]
    rows = book(
        "one", COIN_KEY, {ME: ends({"one:0xgold": 50, COIN_KEY: 9}, {"one:0xgold": 20, COIN_KEY: 7})}, {ME: told}, AT
    )
    assert kinds(rows) == [("exchange", "one:0xgold", -30), ("gas", COIN_KEY, -2)]


def test_a_transfer_between_own_wallets_is_one_in_whatever_interval_the_other_is_booked() -> None:
    transfer = moved(COIN, None, ME, FRIEND, 4)
    mine, theirs = movement("tx", transfer), movement("tx", transfer, me=FRIEND)
    both = {ME: ends({COIN_KEY: 9}, {COIN_KEY: 5}), FRIEND: ends({}, {COIN_KEY: 4})}
    rows = book("one", COIN_KEY, both, {ME: [mine], FRIEND: [theirs]}, AT)
    assert kinds(rows) == [("own", COIN_KEY, -4), ("own", COIN_KEY, 4)]
    alone = book("one", COIN_KEY, {ME: both[ME]}, {ME: [mine]}, AT, own=[ME, FRIEND])
    assert kinds(alone) == [("own", COIN_KEY, -4)]


def test_growth_is_income_where_transfers_were_read_and_unexplained_where_not() -> None:
    grown = {ME: ends({"one:0xgold": 10, COIN_KEY: 1}, {"one:0xgold": 13, COIN_KEY: 2})}
    assert kinds(book("one", COIN_KEY, grown, {ME: []}, AT)) == [
        ("income", "one:0xgold", 3), ("unexplained", COIN_KEY, 1)]  # fmt: skip
    assert {row.kind for row in book("one", COIN_KEY, grown, None, AT)} == {"unexplained"}


def test_what_only_the_balance_tells_is_a_flow_of_its_transaction() -> None:
    told = movement("tx")
    told.rest(6, ME.lower())
    (row,) = book("one", COIN_KEY, {ME: ends({}, {COIN_KEY: 6})}, {ME: [told]}, AT)
    assert (row.kind, row.units, row.place, row.tx) == ("deposit", 6, RESIDUAL, "tx")


def test_what_was_borrowed_or_repaid_is_no_deposit_and_no_withdrawal() -> None:
    from collections import Counter  # noqa: PLC0415 - of this test alone

    def row(kind: str, units: int) -> Booked:
        return Booked(wallet=ME, chain="one", tx="t", place=1, asset="a", units=units, kind=kind, block=1, at=AT)

    line = (ME, "one", "a")
    borrowed, salary = row("deposit", 100), row("deposit", 40)
    found = _without_loans([borrowed, salary], Counter(), Counter({line: 100}))
    assert [each.kind for each in found] == ["exchange", "deposit"]
    repaid = _without_loans([row("withdrawal", -60)], Counter({line: 100}), Counter({line: 40}))
    assert [each.kind for each in repaid] == ["exchange"]
    assert _without_loans([salary], Counter({line: 5}), Counter({line: 5})) == [salary]


def test_what_receipts_say_of_a_crowd_and_of_a_claim_names_an_airdrop() -> None:
    topics = ["0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", "0x" + "7".zfill(64)]
    logs = [
        {"address": "0x" + "6" * 40, "topics": [*topics, f"0x{number:064x}"], "data": "0x05"} for number in range(20)
    ]
    gold, giver = "0x" + "6" * 40, "0x" + "7".zfill(40)
    for told, kind in ((signs(logs), "airdrop"), (signs(logs[1:]), "deposit"), (signs(logs * 2), "airdrop")):
        given = movement("tx", moved(1, gold, giver, ME, 5))
        given.signs = told
        rows = book("one", COIN_KEY, {ME: ends({}, {f"one:{gold}": 5})}, {ME: [given]}, AT)
        assert kinds(rows) == [(kind, f"one:{gold}", 5)]
