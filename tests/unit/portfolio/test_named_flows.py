"""Liquidations, fees and airdrops are named by what logs say, and a log cannot be made to hide a deposit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.portfolio.histories import event
from tests.unit.portfolio.test_reconcile import kinds, moved, one, read, sent

pytestmark = pytest.mark.unit
POOL, OTHER, TOKEN, NOBODY = ("0x" + each * 40 for each in "bcd0")
ME = "0x" + "Aa" * 20
LIQUIDATED = "LiquidationCall(address,address,address,uint256,uint256,address,bool)"
OPERATION = "UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)"


def case(opening: list[Any], closing: list[Any], *transactions: dict[str, Any]) -> dict[str, Any]:
    return {"wallets": [ME], "opening": opening, "closing": closing, "transactions": list(transactions)}


def liquidated(who: str) -> dict[str, Any]:
    return event(LIQUIDATED, POOL, [TOKEN, OTHER, who], [5, 6, 0, 0])


def test_a_liquidation_takes_collateral_and_debt_and_mints_its_interest() -> None:
    told = sent("t", moved("aCOL", ME, OTHER, 50), moved("dDEB", ME, NOBODY, 20, index=1),
                moved("aCOL", NOBODY, ME, 3, index=2), sender=OTHER, events=[liquidated(ME)])  # fmt: skip
    opening = [read(ME, "aCOL", 100), read(ME, "dDEB", 70)]
    found = one(case(opening, [read(ME, "aCOL", 53), read(ME, "dDEB", 50)], told))
    assert [kind for *_, kind in kinds(found)] == ["liquidation"] * 3
    assert found["closes"]
    bystander = one(case(opening, [read(ME, "aCOL", 53), read(ME, "dDEB", 50)], told | {"events": [liquidated(OTHER)]}))
    assert [kind for *_, kind in kinds(bystander)] == ["exchange"] * 3


@pytest.mark.parametrize(
    "log",
    [
        event("LiquidateBorrow(address,address,uint256,address,uint256)", POOL, [], [1, int(ME, 16), 3, 4, 50]),
        event("AbsorbDebt(address,address,uint256,uint256)", POOL, [OTHER, ME], [1, 2]),
        event("AbsorbCollateral(address,address,address,uint256,uint256)", POOL, [OTHER, ME, TOKEN], [1, 2]),
    ],
)
def test_compound_says_it_in_other_words(log: dict[str, Any]) -> None:
    found = one(case([read(ME, "c", 50)], [], sent("t", moved("c", ME, OTHER, 50), sender=OTHER, events=[log])))
    assert kinds(found) == [(ME, "c", -50, "liquidation")]


def test_nobody_makes_a_deposit_a_gain_by_a_log() -> None:
    """Liquidations and fees are no flows to a return: what comes stays a deposit whatever is logged beside it."""
    logs = [liquidated(ME), event(OPERATION, POOL, ["0x" + "9" * 64, ME, OTHER], [0, 1, 1, 1])]
    told = sent("t", moved("USD", OTHER, ME, 100), sender=OTHER, events=logs)
    assert kinds(one(case([], [read(ME, "USD", 100)], told))) == [(ME, "USD", 100, "deposit")]


def test_a_paymaster_keeps_a_fee_and_gives_back_the_rest() -> None:
    log = event(OPERATION, POOL, ["0x" + "9" * 64, ME, OTHER], [0, 1, 1, 1])
    told = sent("t", moved("USD", ME, OTHER, 9), moved("USD", ME, "friend", 40, index=1),
                moved("USD", OTHER, ME, 2, index=2), sender=POOL, events=[log])  # fmt: skip
    found = one(case([read(ME, "USD", 100)], [read(ME, "USD", 53)], told))
    assert kinds(found) == [(ME, "USD", -9, "fee"), (ME, "USD", -40, "withdrawal"), (ME, "USD", 2, "fee")]
    assert found["closes"]


def test_what_a_safe_pays_for_its_transaction_is_a_fee() -> None:
    paid = {"by": "internal", "index": 1}
    told = sent("t", moved("USD", ME, "friend", 40), moved("ETH", ME, OTHER, 7, **paid), sender=OTHER,
                events=[event("ExecutionSuccess(bytes32,uint256)", ME, [], [1, 7])])  # fmt: skip
    opening = [read(ME, "USD", 40), read(ME, "ETH", 7)]
    assert kinds(one(case(opening, [], told))) == [(ME, "USD", -40, "withdrawal"), (ME, "ETH", -7, "fee")]
    other = told | {"events": [event("ExecutionSuccess(bytes32,uint256)", OTHER, [], [1, 7])]}
    assert {kind for *_, kind in kinds(one(case(opening, [], other)))} == {"withdrawal"}


def test_a_tax_that_goes_to_the_tokens_contract_is_a_fee() -> None:
    name = f"one:{TOKEN}"
    told = sent("t", moved(name, ME, "friend", 95), moved(name, ME, TOKEN, 5, index=1), sender=ME)
    assert [kind for *_, kind in kinds(one(case([read(ME, name, 100)], [], told)))] == ["withdrawal", "fee"]
    alone = sent("t", moved(name, ME, TOKEN, 5), sender=ME)
    assert [kind for *_, kind in kinds(one(case([read(ME, name, 5)], [], alone)))] == ["withdrawal"]


@pytest.mark.parametrize(
    ("declared", "emitter", "topics", "units", "kind"),
    [
        ("Claimed(uint256,address,uint256)", OTHER, [], 70, "airdrop"),
        ("HasClaimed(address,uint256)", OTHER, [ME], 70, "airdrop"),
        ("Claim(address,uint256)", TOKEN, [ME], 70, "airdrop"),
        ("Claim(address,uint256)", POOL, [ME], 70, "deposit"),  # neither the giver nor the token
        ("Claim(address,uint256)", OTHER, [ME], 71, "deposit"),
        ("Claim(address,uint256)", OTHER, [POOL], 70, "deposit"),
    ],
)
def test_what_a_distributor_says_was_claimed_is_an_airdrop(
    declared: str, emitter: str, topics: list[str], units: int, kind: str
) -> None:
    words = [units] if topics else [4, int(ME, 16), units]
    told = sent("t", moved(TOKEN, OTHER, ME, 70), sender=ME, events=[event(declared, emitter, topics, words)])
    assert kinds(one(case([], [read(ME, TOKEN, 70)], told))) == [(ME, TOKEN, 70, kind)]


@pytest.mark.parametrize(
    ("others", "sender", "kind"),
    [(19, OTHER, "airdrop"), (18, OTHER, "deposit"), (19, ME, "deposit"), (19, None, "deposit")],
)
def test_what_goes_to_twenty_at_once_unasked_is_an_airdrop(others: int, sender: str | None, kind: str) -> None:
    crowd = [moved(TOKEN, OTHER, f"s{number}", 9, index=number) for number in range(others)]
    told = sent("t", *crowd, moved(TOKEN, OTHER, ME, 9, index=99), **({"sender": sender} if sender else {}))
    assert kinds(one(case([], [read(ME, TOKEN, 9)], told))) == [(ME, TOKEN, 9, kind)]


@pytest.mark.parametrize(
    ("log", "field"),
    [
        ({"address": "pool", "topics": [], "data": "0x"}, "events.0.address"),
        ({"address": POOL, "topics": ["0x12"], "data": "0x"}, "events.0.topics.0"),
        ({"address": POOL, "topics": ["0x" + "1" * 64] * 5, "data": "0x"}, "events.0.topics"),
        ({"address": POOL, "topics": [], "data": "0x123"}, "events.0.data"),
    ],
)
def test_a_log_that_no_chain_could_hold_is_refused(log: dict[str, Any], field: str) -> None:
    found = one(case([], [], sent("t", events=[log])))
    assert field in found["error"]["message"]


def test_a_log_of_another_shape_says_nothing() -> None:
    cut = liquidated(ME)
    for log in (cut | {"data": cut["data"][:-2]}, cut | {"topics": cut["topics"][:3]}, cut | {"topics": []}):
        told = sent("t", moved("c", ME, OTHER, 50), sender=OTHER, events=[log])
        assert kinds(one(case([read(ME, "c", 50)], [], told))) == [(ME, "c", -50, "withdrawal")]


MINTED, BURNED = (f"{name}(address,address,uint256,uint256,uint256)" for name in ("Mint", "Burn"))


@pytest.mark.parametrize(
    ("before", "after", "transfer", "log", "flow"),
    [
        # 100 were there, 10 of them interest; 50 more are supplied, and the token mints 60.
        (100, 152, moved(TOKEN, NOBODY, ME, 60), event(MINTED, TOKEN, [OTHER, ME], [60, 10, 9]), 50),
        # 40 are repaid, of which 10 are interest: the token burns 30.
        (100, 61, moved(TOKEN, ME, NOBODY, 30), event(BURNED, TOKEN, [ME, OTHER], [30, 10, 9]), -40),
        # 4 are repaid, less than the interest: the token mints the rest.
        (100, 97, moved(TOKEN, NOBODY, ME, 6), event(MINTED, TOKEN, [ME, ME], [6, 10, 9]), -4),
    ],
)
def test_interest_that_a_token_mints_with_a_transfer_was_there_before(
    before: int, after: int, transfer: dict[str, Any], log: dict[str, Any], flow: int
) -> None:
    """Aave's tokens grow by the second, and say so again when they are moved: it is income once."""
    told = sent("t", transfer, sender=OTHER, events=[log])
    found = one(case([read(ME, TOKEN, before)], [read(ME, TOKEN, after)], told) | {"rebasing": [TOKEN]})
    assert (found["closes"], [(units, kind) for _, _, units, kind in kinds(found)][1:]) == (
        True, [(after - before - flow, "income")],
    )  # fmt: skip
    assert kinds(found)[0][2] == flow
    elsewhere = sent("t", transfer, sender=OTHER, events=[log | {"address": POOL}])
    other = one(case([read(ME, TOKEN, before)], [read(ME, TOKEN, after)], elsewhere) | {"rebasing": [TOKEN]})
    assert abs(kinds(other)[0][2]) == transfer["units"], "another's log says nothing"
