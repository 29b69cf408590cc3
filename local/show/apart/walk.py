"""Walk through wallets on five chains, one of which dies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from handlers.portfolio import handler
from local.errors import LocalError
from local.journey.walk import must_equal
from local.market.node import ETHER
from local.progress import say, step
from local.show.apart.chains import OWNER, ZPUB, Chains, pay_bitcoin
from local.show.apart.holdings import Holdings
from premium.bootstrap import Platform
from premium.execution.runtime import carry_out
from premium.portfolio.jobs import REFRESH, RefreshPayload
from premium.portfolio.work import refresh
from tests.factories.http import ask, verdict
from tests.integration.portfolio.platforms import context

_LINES = 5


@dataclass
class Apart:
    """The user, and both sides of the platform."""

    user: UUID
    worker: Platform
    chains: Chains
    holdings: Holdings
    wallet: str

    def call(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """Ask the portfolio's function; LocalError for a refusal."""
        answer = ask(handler, method, f"/v1/portfolio{path}", by=verdict(self.user), body=body, query=query)
        if answer.status >= 400:
            raise LocalError(f"{method} {path} was answered {answer.status}: {answer.text}", "This is a defect.")
        return answer.json["data"] if answer.text else None

    def refresh(self) -> None:
        """Ask for a refresh, and carry it out as a worker does."""
        started = self.call("POST", "/refresh")
        with redirect_stdout(StringIO()):  # its metrics
            carry_out(REFRESH, refresh.__wrapped__, UUID(started["id"]), self.worker)  # type: ignore[attr-defined]  # the body of the job

    def refresh_of(self, days: int) -> None:
        """Carry out a refresh as of so many days ago.

        It reads what the chains are now.
        """
        then = datetime.now(UTC) - timedelta(days=days)
        made = context(self.worker, self.user, job_id=uuid4())
        object.__setattr__(made, "created_at", then)
        refresh.__wrapped__(made, RefreshPayload())  # type: ignore[attr-defined]  # the body of the job


def walk(at: Apart) -> None:
    """Show each part, and compare it with what the chains say."""
    _watch(at)
    with step("Read a month ago, and a week ago, meanwhile used") as note:
        at.refresh_of(30)
        opening = _units(at)
        _use(at)
        at.refresh_of(7)
        week = at.call("GET", "")
        note.text = f"${Decimal(week['totalValueUsd']):,.2f} a week ago"
    with step("One of the chains dies; it is read again") as note:
        at.chains.south.stop()
        at.chains.grow(1_100 * ETHER)
        at.refresh()
        note.text = "south does not answer"
    _overview(at)
    _positions(at)
    _equation(at, opening)
    with step("Last week's snapshot, rebuilt from what is stored") as note:
        then = at.call("GET", "/explain", figure="total", snapshot=week["snapshotId"])
        must_equal("last week's total", Decimal(then["valueUsd"]), Decimal(week["totalValueUsd"]))
        note.text = f"${then['valueUsd']}, as it was shown"


def _watch(at: Apart) -> None:
    pay_bitcoin(at.chains.ledger, receiving=25_000_000, change=1_000)
    with step("An address on three EVM chains, one of Solana, a zpub") as note:
        at.call("POST", "/wallets", {"address": at.wallet, "label": "Main", "chains": ["local", "north", "south"]})
        at.call("POST", "/wallets", {"address": str(OWNER.pubkey()), "label": "Sun"})
        key = at.call("POST", "/wallets", {"xpub": ZPUB, "label": "Cold"})
        must_equal("whether the key is repeated", ZPUB in json.dumps(at.call("GET", "/wallets")), False)
        note.text = f"the key is called {key['address']} from now on"


def _use(at: Apart) -> None:
    """A payment, and interest of months."""
    at.chains.south.call("eth_sendTransaction", {"from": at.wallet, "to": "0x" + "77" * 20, "value": hex(ETHER // 2)})
    at.holdings.do(at.holdings.coin, "transfer(address,uint256)", "0x" + "77" * 20, 100 * ETHER)
    at.chains.grow(1_050 * ETHER)


def _overview(at: Apart) -> None:
    with step("The total, its bounds, and what it does not know") as note:
        whole = at.call("GET", "")
        low, high = (whole["bounds"][end] or "open" for end in ("low", "high"))
        note.text = f"${whole['totalValueUsd']}, between {low} and {high}; complete: {str(whole['complete']).lower()}"
        must_equal("whether it is complete", whole["complete"], False)
    for row in whole["coverage"]:
        say(f"    {row['chain']:<9}{_short(row['wallet']):<21}{row['status']:<8}{row['reason'] or ''}"[:118].rstrip())
    gone = {row["chain"] for row in whole["coverage"] if row["status"] != "fresh"}
    must_equal("which chains are not fresh", gone, {"south"})
    for part in whole["allocation"]["chain"]:
        say(f"    {part['key']:<10}${Decimal(part['usd']):>14,.2f}  {Decimal(part['share']):.1%}")
    say(f"    owed ${Decimal(whole['debtsUsd']):,.2f}, locked ${Decimal(whole['lockedUsd']):,.2f}, "
        f"uncertain ${Decimal(whole['uncertainValueUsd']):,.2f}")  # fmt: skip
    for finding in whole["findings"]:
        say(f"    {finding['text']}")
    unknown = [row["symbol"] for row in at.call("GET", "/assets", limit="100") if row["why"] == "no_price"]
    say(f"    without a price, so that the total has no upper bound: {', '.join(unknown) or 'none'}")


def _positions(at: Apart) -> None:
    found = at.call("GET", "/positions")
    with step("What protocols hold for it") as note:
        note.text = f"{len(found)} positions"
    for each in found:
        health = each["facts"].get("health_factor")
        say(f"    {each['protocol']:<14}{each['kind']:<14}block {each['block']:<5} ${Decimal(each['valueUsd']):>12,.2f}"
            + (f"  health factor {Decimal(health):.4f}" if health else ""))  # fmt: skip
    kinds = {each["kind"]: each for each in found}
    for each in (kinds.get("aave_v3"), kinds.get("vault")):
        if each is not None:
            _left(at, each)


def _left(at: Apart, position: Mapping[str, Any]) -> None:
    with step(f"{position['kind']}: opened to its blocks, and left") as note:
        told = at.call("GET", "/explain", figure="position", id=position["id"])
        said = sum(int(leg["units"]) for leg in position["assets"])
        owed = sum(int(leg["units"]) for leg in position["debts"])
        note.text = _paid(at.holdings, position["kind"], said, abs(owed))
    for line in told["lines"]:
        say(f"    {line['units']:>24} of {_short(line['asset'])}, block {line['block']}, at ${line['priceUsd']} by "
            f"{line['source']}: ${line['valueUsd']}")  # fmt: skip


def _paid(holdings: Holdings, kind: str, said: int, owed: int) -> str:
    """Leave a position; LocalError where it pays something else than was said."""
    if kind == "vault":
        must_equal("what redeeming paid", holdings.redeem(), said)
        return f"redeeming paid exactly {said}"
    paid = holdings.repay(owed)
    # Interest of the seconds since: the debt may have grown by a few units, and what was lent out, too.
    must_equal("whether what was paid is what was said", said <= paid["collateral"] <= said + said // 10**9, True)
    must_equal("whether what was taken is what was owed", owed <= paid["debt"] <= owed + 1 + owed // 10**6, True)
    return f"{paid['debt']} were taken, {paid['collateral']} paid"


def _units(at: Apart) -> dict[str, Decimal]:
    """Return what the EVM wallet holds itself of each asset, exactly."""
    assets = at.call("GET", "/assets", wallet=at.wallet, limit="100")
    return {row["asset"]: Decimal(row["balance"]) for row in assets}


def _equation(at: Apart, opening: Mapping[str, Decimal]) -> None:
    with step("A month's flows, and their equation") as note:
        closing, flows = _units(at), at.call("GET", "/flows", wallet=at.wallet, limit="100")
        rows = list(_closed(opening, closing, flows))
        note.text = f"{len(flows)} flows; closing = opening + what moved, of {len(rows)} assets, to the last unit"
    for asset, was, moved, now in sorted(rows, key=lambda row: -len(row[2]))[:_LINES]:
        kinds = ", ".join(f"{kind} {units:+f}" for kind, units in moved.items()) or "nothing moved"
        say(f"    {_short(asset)}: {was:f} → {now:f}: {kinds}")


def _closed(
    opening: Mapping[str, Decimal], closing: Mapping[str, Decimal], flows: list[Mapping[str, Any]]
) -> Iterator[tuple[str, Decimal, dict[str, Decimal], Decimal]]:
    for asset in sorted(opening.keys() | closing.keys()):
        was, now = opening.get(asset, Decimal(0)), closing.get(asset, Decimal(0))
        moved: dict[str, Decimal] = {}
        for flow in flows:
            if flow["asset"] == asset and not flow["tx"].startswith("counted:") and flow["kind"] != "phantom":
                moved[flow["kind"]] = moved.get(flow["kind"], Decimal(0)) + Decimal(flow["amount"])
        must_equal(f"the closing balance of {asset}", was + sum(moved.values()), now)
        yield asset, was, moved, now


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:14]}…{text[-4:]}"


@contextmanager
def over(worker: Platform, function: Platform) -> Iterator[None]:
    """Close both at the end."""
    try:
        yield
    finally:
        worker.close()
        function.close()


def proven(root: Path) -> None:
    """Print which protocols are held to bytecode, and which to less, as docs/portfolio.md has it."""
    with step("Which protocols are proven on bytecode, which by less") as note:
        note.text = "docs/portfolio.md, held to by tests that leave random positions"
    text = (root / "docs" / "portfolio.md").read_text().partition("## Positions")[2].partition("\n\n- **")[0]
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    for row in rows:
        name, proof = row[1].strip().replace("`", ""), row[-2].strip().replace("`", "").replace("**", "")
        say(f"    {name[:44]:<46}{proof[:70]}")
