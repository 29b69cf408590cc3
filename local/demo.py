"""Bring the stage up and walk one user's journey over the public API.

`make demo` prints what the journey made and how long it took.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from local.errors import LocalError
from local.journey import alerts, portfolio, scans, tax
from local.journey.client import Client
from local.journey.proof import functions_by_request
from local.journey.stream import Listener
from local.journey.tokens import token
from local.journey.walk import Walk
from local.patience import given_up
from local.places import Places
from local.progress import say, step
from local.service import Service
from local.up import Stage, addresses, up


def demo(places: Places) -> None:
    begun = time.time()
    stage = up(places)
    say("\nThe journey of one user, over the public API:\n")
    walked = time.time()
    bearer = token(places.state, f"demo_{int(walked)}")
    api = Client(stage.api, bearer)
    with step("Sign in: a JWT of the free platform, tier pro") as note:
        note.text = f"user {api.get('/v1/users/profile')['id']}"
    try:
        with Listener(stage.socket, bearer) as stream:
            walk = Walk(api, stream, stage.market, stage.neighbours.evm)
            _portfolio(walk)
            _tax(walk, places)
            _scans(walk)
            _alerts(walk, stage)
    except Exception as error:
        if ended := ended_meanwhile(stage.neighbours.own, error):
            raise ended from None
        raise
    _proof(stage, api, since=walked)
    addresses(stage)
    took, walking = time.time() - begun, time.time() - walked
    say(f"\nDone in {took:.0f} s, the journey in {walking:.1f} s. Everything runs on. Stop it with: make down")


def ended_meanwhile(services: Iterable[Service], error: Exception) -> LocalError | None:
    """Return which process has ended under the journey; None where all run."""
    ended = [service.name for service in services if service.pid is None]
    if not ended:
        return None
    names = " and ".join(ended)
    return LocalError(f"{names} ended while the journey was walked, so that it broke off: {error}",
                      f"See make logs NAME={ended[0]}; make demo starts it again and walks anew.")  # fmt: skip


def _portfolio(walk: Walk) -> None:
    with step("Register a wallet") as note:
        portfolio.register(walk)
        note.text = walk.market.wallet
    with step("Refresh the portfolio: 202, job, poll") as note:
        job = portfolio.refresh(walk)
        note.text = f"job {job}"
    with step("Read portfolio, assets, history") as note:
        found = portfolio.read(walk, job)
        note.text = f"{_dollars(found.total)}; balances equal the chain's"
    for asset in found.assets:
        worth = "no price" if asset["valueUsd"] is None else _dollars(Decimal(asset["valueUsd"]))
        say(f"    {asset['symbol']:<6}{Decimal(asset['balance']):>20,.6f}  {worth:>14}  ({asset['category']})")


def _tax(walk: Walk, places: Places) -> None:
    with step("Import the wallet's transactions, twice") as note:
        note.text = f"{tax.import_history(walk)} added, then none"
    with step(f"US FIFO report of {tax.YEAR}: job, files from S3") as note:
        report = tax.report(walk)
        note.text = _gains(report.totals)
    folder = places.state / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in report.documents.items():
        path = folder / f"us-{tax.YEAR}-{tax.file_name(name)}"
        path.write_bytes(content)
        say(f"    {_short(path)}  ({len(content):,} bytes)")
    for name in ("form_8949_csv", "form_8949_pdf"):
        say(f"    link of {tax.file_name(name)}, 15 minutes: {report.links[name]}")


def _short(path: Path) -> Path:
    """Return a path relative to the working directory where it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _gains(totals: Mapping[str, str]) -> str:
    short, long = (Decimal(totals[name]) for name in ("shortTerm", "longTerm"))
    return f"short term {_dollars(short)}, long term {_dollars(long)}"


def _dollars(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def _scans(walk: Walk) -> None:
    with step("Scan a plain token and an upgradeable one"):
        found = scans.scan_both(walk)
    for one, name in zip(found, ("plain token", "proxy whose owner mints"), strict=True):
        say(f"    {one.target}  {name}: risk {one.score} of 100")
        for findings in _by_severity(one):
            say(f"      {findings}")


def _alerts(walk: Walk, stage: Stage) -> None:
    with step("Alert on the price of ETH, from the pools") as note:
        price = alerts.price(walk)
        note.text = price.message
    with step("Alert on a transfer of 10 ETH and more") as note:
        fired = alerts.whale(walk)
        note.text = fired.message
    with step("Both mails, in the inbox of this machine") as note:
        address, inbox = str(walk.api.get("/v1/users/profile")["email"]), stage.neighbours.inbox
        titles = alerts.mailed(inbox, address, (price.message, fired.message))
        note.text = f"{', '.join(titles)}; {inbox.url} shows them"
    say(f"    {fired.event['amount_base_units']} base units of {fired.asset}, both in GET /v1/alerts/history")


def _by_severity(scan: scans.Scan) -> list[str]:
    """Return findings by severity, the gravest first: `high: mint, upgradeable`.

    Informational ones stand in the scan itself.
    """
    grave = ("critical", "high", "medium", "low")
    named = {level: [name for name, severity in scan.findings.items() if severity == level] for level in grave}
    return [f"{level}: {', '.join(names)}" for level, names in named.items() if names] or ["nothing found"]


def _proof(stage: Stage, api: Client, *, since: float) -> None:
    with step("Request ids found in the deployed functions' logs") as note:
        asked, asking = set(api.request_ids), time.time()
        found = functions_by_request(stage.clients, asked, since=since)
        if missing := asked - set(found):
            said = f"no function logged {', '.join(sorted(missing))}"
            raise given_up("the request ids in the logs", time.time() - asking, said, "See: make logs NAME=functions")
        names = sorted({name.removesuffix("Function") for name in found.values()})
        note.text = f"{len(found)} of {len(asked)}; {', '.join(names)}"
    say("    The end of every job came over the WebSocket, too.")
