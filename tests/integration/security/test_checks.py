"""Transactions and messages through the resident: answered in time, kept once, refused by field."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from handlers.security import handler
from local.evm import Evm
from premium.asks.answers import answer_asks
from premium.asks.line import DATABASE, Line
from premium.bootstrap import Platform
from premium.chains.addresses import asset_key
from premium.execution.residence import Stop
from premium.prices.model import Price
from premium.prices.quotes import Prices
from premium.security.labelled import Labels
from premium.security.model import ENGINE
from premium.security.service import LINE
from premium.security.work.desk import Desk
from premium.storage.cache import Cache
from tests.factories.contracts import artifact_creation
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.factories.http import Answer, ask, verdict
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
SPENDER = "0x" + "e1" * 20
APPROVE = "0x095ea7b3" + SPENDER[2:].rjust(64, "0") + "f" * 64


class OneDollar:
    """A source for which everything costs a dollar."""

    name, unit = "made up", None

    def covers(self, _key: str) -> bool:
        return True

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        now = datetime.now(UTC)
        one = {"usd": Decimal(1), "confidence": Decimal(1), "at": now, "source": self.name}
        return {key: Price(key=key, **one) for key in keys}


@pytest.fixture
def resident(platform: Platform, evm: Evm) -> Iterator[None]:
    stop, line = Stop(), Line(platform.redis(DATABASE), LINE)
    desk = Desk(platform)
    desk.warm()
    runner = threading.Thread(target=answer_asks, args=(line, desk.answer, stop), kwargs={"threads": 2})
    line.sign()
    runner.start()
    yield
    stop.ask()
    runner.join(10)


OZ = "@openzeppelin/contracts/build/contracts/{}.json"


def fixed_supply(evm: Evm) -> str:
    kinds = ("string", "string", "uint256", "address")
    return deploy(evm, artifact_creation(OZ.format("ERC20PresetFixedSupply")), kinds, ("A", "A", 10**24, account(evm)))


def mintable(evm: Evm) -> str:
    return deploy(evm, artifact_creation(OZ.format("ERC20PresetMinterPauser")), ("string", "string"), ("A", "A"))


def post(user: UUID, path: str, body: dict[str, Any], **parts: Any) -> Answer:
    for _ in range(5):
        told = ask(handler, "POST", f"/v1/security/scan/{path}", by=verdict(user, tier="pro"), body=body, **parts)
        if "in time" not in told.text:  # what a busy machine answers late
            break
    return told


def count(postgres: Databases) -> int:
    with psycopg.connect(postgres.url("premium", "postgres")) as connection:
        found = connection.execute("SELECT count(*) FROM security_scans_monthly").fetchone()
    assert found is not None
    return int(found[0])


def test_an_approval_is_told_with_its_scan_and_kept_once(
    resident: None, postgres: Databases, user: UUID, evm: Evm
) -> None:
    token = fixed_supply(evm)
    body = {"chain": "local", "from": account(evm), "to": token, "value": "0", "data": APPROVE}
    first = post(user, "transaction", body, headers={"Idempotency-Key": "once"})
    assert first.status == 200, first.text
    told = first.data
    assert (told["verdict"], told["decoded"]["signature"]) == ("danger", "approve(address,uint256)")
    found = {each["id"] for each in told["findings"]}
    assert "approval_unlimited" in found
    # A busy node is late: then the spender is not known, and the answer says why.
    assert "spender_account" in found or any("in time" in each for each in told["unknowns"])
    # So is one whose simulation came too late; else it shows the allowance before and after.
    if told["simulation"] is None:
        assert any("not simulated" in each for each in told["unknowns"])
    else:
        assert [each["after"] for each in told["simulation"]["approvals"]] == [str((1 << 256) - 1)]
    assert told["asOf"]["engine"] == ENGINE
    again = post(user, "transaction", body, headers={"Idempotency-Key": "once"})
    assert (again.data["scanId"], count(postgres)) == (told["scanId"], 1)
    kept = ask(handler, "GET", f"/v1/security/scans/{told['scanId']}", by=verdict(user, tier="pro")).data
    assert (kept["verdict"], kept["jobId"], kept["scanType"]) == ("danger", None, "transaction")
    assert kept["riskScore"] == told["riskScore"]
    wanted = [{"verdict": "danger"}, {"minScore": "50", "type": "transaction"}, {"from": "2020-01-01T00:00:00Z"}]
    others = [{"verdict": "clear"}, {"type": "message"}, {"to": "2020-01-01T00:00:00Z"}, {"chain": "base"}]
    for query, expected in [*((each, 1) for each in wanted), *((each, 0) for each in others)]:
        listed = ask(handler, "GET", "/v1/security/scans", by=verdict(user, tier="pro"), query=query)
        assert len(listed.data) == expected, query


def test_one_request_that_reaches_two_residents_leaves_one_row(
    platform: Platform, postgres: Databases, user: UUID, evm: Evm
) -> None:
    from premium.asks.line import Question  # noqa: PLC0415 - beside its use

    body = {
        "kind": "message", "user_id": str(user), "chain": "local", "digest": "ab" * 32,
        "request": {"digest": "0x" + "11" * 32},
    }  # fmt: skip
    question = Question("q", body, 0, 1.5)
    found = [Desk(platform).answer(question) for _ in range(2)]
    assert (found[0]["scan_id"], count(postgres)) == (found[1]["scan_id"], 1)


def test_a_listed_spender_is_malicious_and_a_delisting_counts(
    resident: None, platform: Platform, user: UUID, evm: Evm
) -> None:
    labels = Labels.of(platform, by_operator=True)
    rows = [{"address": each, "kind": "drainer"} for each in (SPENDER, *(f"0x{n:040x}" for n in range(9)))]
    labels.take("own", json.dumps(rows).encode(), platform.chains)
    body = {"chain": "local", "from": account(evm), "to": "0x" + "a" * 40, "data": APPROVE}
    assert post(user, "transaction", body).data["verdict"] == "malicious"
    labels.take("own", json.dumps(rows[1:]).encode(), platform.chains)
    assert post(user, "transaction", body).data["verdict"] == "danger"


def test_messages_are_hashed_and_judged(resident: None, user: UUID, evm: Evm) -> None:
    types = {
        "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"},
                         {"name": "verifyingContract", "type": "address"}],
        "Permit": [{"name": each, "type": kind} for each, kind in (("owner", "address"), ("spender", "address"),
                   ("value", "uint256"), ("nonce", "uint256"), ("deadline", "uint256"))],
    }  # fmt: skip
    message = {
        "owner": account(evm),
        "spender": SPENDER,
        "value": str((1 << 256) - 1),
        "nonce": "0",
        "deadline": "9" * 12,
    }
    domain = {"name": "Made Up", "chainId": 1, "verifyingContract": "0x" + "a" * 40}
    typed = {"types": types, "primaryType": "Permit", "domain": domain, "message": message}
    told = post(user, "message", {"chain": "local", "from": account(evm), "typedData": typed}).data
    found = {each["id"] for each in told["findings"]}
    assert {"permit_signature", "approval_unlimited", "chain_other"} <= found
    assert (len(told["digest"]), told["decoded"], told["lets"] != []) == (66, None, True)
    assert post(user, "message", {"chain": "local", "digest": "0x" + "22" * 32}).data["verdict"] == "danger"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("transaction", {"chain": "ethereum", "data": "0x"}, "chain"),
        ("transaction", {"chain": "local", "data": "0x1"}, "data"),
        ("transaction", {"chain": "local", "to": "0x" + "g" * 40}, "to"),
        ("transaction", {"chain": "local", "to": "0xAb5801a7D398351b8bE11C439e05C5b3259aec9B"}, "to"),
        ("transaction", {"chain": "local", "rawTransaction": "0x02ff"}, "rawTransaction"),
        ("transaction", {"chain": "local", "rawTransaction": "0x02", "calls": []}, "to"),
        ("message", {"chain": "local"}, "typedData"),
        ("message", {"chain": "local", "typedData": {"types": 1}}, "typedData"),
        ("message", {"chain": "local", "digest": "0x12"}, "digest"),
    ],
)
def test_a_wrong_request_names_its_field(
    resident: None, user: UUID, path: str, body: dict[str, Any], field: str
) -> None:
    refused = post(user, path, body)
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT"), refused.text
    assert field in refused.error["details"], refused.error


def test_without_a_resident_it_says_so_and_when_to_come_again(user: UUID, platform: Platform, evm: Evm) -> None:
    refused = post(user, "transaction", {"chain": "local", "data": "0x", "to": "0x" + "1" * 40})
    assert (refused.status, refused.error["code"], refused.headers["Retry-After"]) == (503, "UPSTREAM_UNAVAILABLE", "1")


def test_the_day_has_its_number_of_checks(
    platform: Platform, user: UUID, evm: Evm, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.redis(2).set(f"checks:{user}", 5_000, ex=60)
    refused = post(user, "message", {"chain": "local", "digest": "0x" + "22" * 32})
    assert (refused.status, refused.error["details"]["quota"]) == (429, "checks_a_day")


def test_disputes_are_answered_and_a_withdrawn_finding_informs_alone(
    platform: Platform, user: UUID, add_user: AddUser, evm: Evm
) -> None:
    from premium.chains.addresses import checksum  # noqa: PLC0415 - beside its use
    from premium.security.service import Disputes  # noqa: PLC0415 - beside its use
    from premium.security.work.judge import judge  # noqa: PLC0415 - beside its use

    token = checksum(mintable(evm))
    before = judge(platform, "local", token).told
    body = {"chain": "local", "target": token, "finding": "mint", "text": "Its owner is a burnt key."}
    made = ask(handler, "POST", "/v1/security/disputes", by=verdict(user, tier="pro"), body=body)
    assert (made.status, made.data["status"]) == (201, "open"), made.text
    Disputes.of(platform, by_operator=True).answer(
        UUID(made.data["id"]), by="staff", reason="True.", evidence="block 1", until=datetime(2099, 1, 1, tzinfo=UTC)
    )
    after = judge(platform, "local", token).told
    mint = next(each for each in after["findings"] if each["id"] == "mint")
    assert (before["verdict"], before["risk_score"] > after["risk_score"]) == ("danger", True)
    assert (mint["severity"], mint["withdrawn"]["author"]) == ("info", "staff")
    seen = ask(handler, "GET", "/v1/security/disputes", by=verdict(user, tier="pro")).data
    assert (seen[0]["status"], seen[0]["answer"]) == ("withdrawn", "True.")
    assert ask(handler, "GET", "/v1/security/disputes", by=verdict(add_user(), tier="pro")).data == []


def test_a_score_is_made_by_a_job_and_told_until_it_is_stale(platform: Platform, user: UUID, evm: Evm) -> None:
    from premium.security.work.scores import score  # noqa: PLC0415 - beside its use

    token = mintable(evm)

    def look() -> Answer:
        path = f"/v1/security/risk-score/{token}"
        return ask(handler, "GET", path, by=verdict(user, tier="pro"), query={"chain": "local"})

    first = look().data
    assert (first["riskScore"], first["job"]["kind"]) == (None, "security.score")
    assert look().data["job"]["id"] == first["job"]["id"]
    score(first["job"]["id"])
    made = look().data
    assert (made["riskScore"] > 50, made["stale"], made["job"], made["verdict"]) == (True, False, None, "danger")
    assert sum(each["points"] for each in made["factors"]) == made["riskScore"]
    with platform.worker_database.transaction() as connection:
        connection.execute("UPDATE risk_scores SET updated_at = now() - interval '16 minutes'")
    stale = look().data
    assert (stale["riskScore"], stale["stale"], stale["job"]["kind"]) == (made["riskScore"], True, "security.score")


def test_an_order_is_weighed_by_the_prices_of_the_market(
    resident: None, platform: Platform, user: UUID, evm: Evm
) -> None:
    """What gives a thousand for one is told; what gives one for one is not."""
    token, other = fixed_supply(evm), fixed_supply(evm)
    keys = [asset_key("local", each) for each in (token, other)]
    asyncio.run(Prices(Cache(platform.redis(3), "price"), [OneDollar()], platform.clock).quotes(keys))
    kinds = (
        ("maker", "address"), ("makerToken", "address"), ("takerToken", "address"), ("makerAmount", "uint128"),
        ("takerAmount", "uint128"), ("takerTokenFeeAmount", "uint128"), ("taker", "address"), ("sender", "address"),
        ("feeRecipient", "address"), ("pool", "bytes32"), ("expiry", "uint64"), ("salt", "uint256"),
    )  # fmt: skip
    types = {
        "EIP712Domain": [{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
        "LimitOrder": [{"name": name, "type": kind} for name, kind in kinds],
    }
    nobody = "0x" + "0" * 40

    def told(back: int) -> dict[str, Any]:
        message = {
            "maker": account(evm), "makerToken": token, "takerToken": other, "makerAmount": str(1000 * 10**18),
            "takerAmount": str(back), "takerTokenFeeAmount": "0", "taker": nobody, "sender": nobody,
            "feeRecipient": nobody, "pool": "0x" + "0" * 64, "expiry": "1900000000", "salt": "1",
        }  # fmt: skip
        domain = {"chainId": platform.chains["local"].chain_id, "verifyingContract": "0x" + "a" * 40}
        typed = {"types": types, "primaryType": "LimitOrder", "domain": domain, "message": message}
        for _ in range(5):  # a busy machine may be late with the digits
            found = post(user, "message", {"chain": "local", "from": account(evm), "typedData": typed}).data
            if not any("in time" in each for each in found["unknowns"]):
                break
        return dict(found)

    given_away, fair = told(10**18), told(1000 * 10**18)
    severities = {each["id"]: each["severity"] for each in given_away["findings"]}
    assert severities["order_gives_away"] == "critical"
    assert "order_gives_away" not in {each["id"] for each in fair["findings"]}
    assert not any("weighed" in each for each in (*given_away["unknowns"], *fair["unknowns"]))


def test_a_recipient_that_imitates_one_of_the_users_own_is_told(resident: None, user: UUID, evm: Evm) -> None:
    """Paid in a transaction of his own; what others wrote in his name, or moved nothing, is no counterpart."""
    token, me = fixed_supply(evm), account(evm)
    friend, poison, spoofed = (
        f"0x{head}{'0' * 30}{tail}" for head, tail in (("abcd1", "ef123"), ("abcd1", "ef123"), ("77771", "ef777"))
    )
    poison = poison[:20] + "9" + poison[21:]
    nothing = f"0x12345{'0' * 30}67890"
    send(evm, token, calldata("transfer(address,uint256)", friend, 5))
    send(evm, token, calldata("transfer(address,uint256)", nothing, 0))
    send(evm, token, calldata("approve(address,uint256)", account(evm, 1), 5))
    send(evm, token, calldata("transferFrom(address,address,uint256)", me, spoofed, 5), sender=account(evm, 1))

    def told(to: str) -> set[str]:
        data = "0x" + calldata("transfer(address,uint256)", to, 5).hex()
        body = {"chain": "local", "from": me, "to": token, "data": data, "simulate": False}
        found = post(user, "transaction", body)
        for _ in range(4):
            if not any("in time" in each for each in found.data["unknowns"]):
                break
            found = post(user, "transaction", body)
        return {each["id"] for each in found.data["findings"]}

    assert "recipient_lookalike" in told(poison)
    assert "recipient_lookalike" not in told(friend)
    for other in (nothing, spoofed):
        assert "recipient_lookalike" not in told(other[:20] + "9" + other[21:])
