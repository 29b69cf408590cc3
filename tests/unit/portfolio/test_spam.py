"""Spam by evidence: a labelled corpus with its precision and recall, words that bait, and what a refresh keeps."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from premium.chains import registry
from premium.chains.model import Balance, ChainReading
from premium.chains.transfers.movement import Movement, Transfer
from premium.config import Settings
from premium.portfolio.spam.judge import Evidence, judge
from premium.portfolio.spam.looks import MOST, has_link, imitated, is_markup, skeleton
from premium.portfolio.valuation.spam import listed_of, suspected
from premium.prices.model import Price, Quality, Quote

pytestmark = pytest.mark.unit

CORPUS = Path(__file__).parent / "corpus" / "tokens.jsonl"
ME, OTHER = "0x" + "Aa" * 20, "0x" + "bb" * 20
TOKEN = "ethereum:0x" + "c" * 40
NOW = datetime(2026, 11, 30, tzinfo=UTC)
LISTED = listed_of(registry.load(Settings(premium_stage="dev")))


def evidence(row: dict[str, Any]) -> Evidence:
    known = {key: value for key, value in row.items() if key != "label"}
    depth = known.pop("depth", None)
    return Evidence(**known, depth=None if depth is None else Decimal(depth))


def test_the_open_half_of_the_corpus_is_told_apart() -> None:
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    found = [(row, judge(evidence(row), LISTED[1]).is_spam) for row in rows]
    right = sum(is_spam for row, is_spam in found if row["label"] == "spam")
    said, there = sum(is_spam for _, is_spam in found), sum(row["label"] == "spam" for row in rows)
    print(f"precision {right / said:.3f}, recall {right / there:.3f} of {there} spam and {len(rows) - there} genuine")
    wrong = [row for row, is_spam in found if is_spam != (row["label"] == "spam")]
    assert wrong == []


@pytest.mark.parametrize(
    "symbol", ["USD\u0421", "U\u0405D\u0421", "\uff35\uff33\uff24\uff23", "U\u0301SDC", "USD\u200bC", "U5DC"]
)
def test_what_only_looks_like_usdc_is_told_from_it(symbol: str) -> None:
    alike = imitated(symbol, ["USDC"])
    assert (alike is not None and alike[1]) == (symbol != "U5DC"), skeleton(symbol)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("usdc-gift.com", True), ("t.me/drop", True), ("HTTPS://X", True), ("www . stake . org", True),
     ("aave[.]xyz", True), ("USDC.e", False), ("80BAL-20WETH", False), ("v1.2", False), ("ETH/USDC", False),
     ("A.I. dog", False), ("usdl-claim.example.com", True), ("a.b.usdc-gift.xyz", True), ("Vol.2 network", False)],
)  # fmt: skip
def test_links_are_found_however_they_are_spelt(text: str, *, expected: bool) -> None:
    assert has_link(text) is expected


def test_markup_and_steering_characters_are_found_and_a_symbol_of_ten_kilobytes_takes_no_time() -> None:
    assert all(map(is_markup, ["<b>", "</script>", "javascript:x", "\u202eabc", "a\0b", "onload=x", "&lt;"]))
    assert not any(map(is_markup, ["A<B", "USDC", "ETH & BTC", "日本円"]))
    begun = time.process_time()
    for long in ("a" * 100_000, "a." * 50_000, "<" * 100_000, "-" * MOST, "claim " * 20_000, "1" * MOST, "a-" * MOST):
        judge(Evidence(long, long), LISTED[1])
    assert time.process_time() - begun < 1


def test_listed_tokens_are_never_spam_and_no_single_weak_reason_is_enough() -> None:
    assert judge(Evidence("<script>", listed=True), LISTED[1]).reasons == ()
    for weak in ({"solicited": False}, {"receivers": 10**6}, {"movable": False}, {"priced": False}):
        assert not judge(Evidence("GOOD", **weak), LISTED[1]).is_spam


def reading(*balances: tuple[str, str]) -> ChainReading:
    rows = tuple(Balance(wallet=ME, key=key, symbol=symbol, decimals=18, units=1, category="token")
                 for key, symbol in balances)  # fmt: skip
    return ChainReading(chain="ethereum", block=1, block_hash="0x1", block_time=NOW, read_at=NOW, balances=rows)


def brought(sender: str) -> Movement:
    transfer = Transfer(0, TOKEN.partition(":")[2], OTHER, ME.lower(), 1, "log")
    return Movement("0x1", 1, 1, sender=sender, transfers=[transfer])


def test_a_refresh_keeps_what_it_saw_of_a_token_and_the_wallet_s_own_transaction_clears_it() -> None:
    said = {"ethereum": reading((TOKEN, "UNI"))}
    first = suspected(said, {}, {(ME, "ethereum"): [brought(OTHER)]}, None, LISTED)
    assert first[TOKEN] == {"spam": True, "reasons": ["imitates", "no_depth", "unsolicited"], "solicited": False}
    second = suspected(said, {}, {}, {"spam": first}, LISTED)
    assert second == first, "nobody reads its first transfer twice"
    stale = suspected({"ethereum": "down"}, {}, {}, {"spam": first}, LISTED)
    assert stale == first
    assert suspected(said, {}, {(ME, "ethereum"): [brought(ME)]}, {"spam": first}, LISTED)[TOKEN]["spam"] is False


def test_a_market_clears_a_gift_and_a_fake_price_without_depth_clears_nothing() -> None:
    gift = {(ME, "ethereum"): [brought(OTHER)]}
    said = {"ethereum": reading((TOKEN, "UNI"))}
    for depth, is_spam in ((None, False), (Decimal(500), True)):
        price = Price(key=TOKEN, usd=Decimal(10**6), confidence=Decimal(1), at=NOW, source="pools", depth=depth)
        quotes = {TOKEN: Quote(price=price, quality=Quality.GOOD)}
        assert suspected(said, quotes, gift, None, LISTED)[TOKEN]["spam"] is is_spam
