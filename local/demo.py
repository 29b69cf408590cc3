"""`make demo`: the stage, then one user's journey over the public API, with what it made and how long it took."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal

from local.errors import LocalError
from local.journey import portfolio, scans, tax
from local.journey.client import Client
from local.journey.proof import functions_of
from local.journey.stream import Listener
from local.journey.tokens import token
from local.journey.walk import Walk
from local.places import Places
from local.progress import say, step
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
    with Listener(stage.socket, bearer) as stream:
        walk = Walk(api, stream, stage.market, stage.neighbours.evm)
        _portfolio(walk)
        _tax(walk, places)
        _scans(walk)
    _proof(stage, api, since=walked)
    addresses(stage)
    took, walking = time.time() - begun, time.time() - walked
    say(f"\nDone in {took:.0f} s, the journey in {walking:.1f} s. Everything runs on; stop it with: make down")


def _portfolio(walk: Walk) -> None:
    with step("Register a wallet") as note:
        portfolio.register(walk)
        note.text = walk.market.wallet
    with step("Refresh the portfolio: 202, job, poll") as note:
        job = portfolio.refresh(walk)
        note.text = f"job {job}"
    with step("Read portfolio, assets, history") as note:
        found = portfolio.read(walk, job)
        note.text = f"${found.total:,.2f}; every balance equals the chain's"
    for asset in found.assets:
        worth = "no price" if asset["valueUsd"] is None else f"${Decimal(asset['valueUsd']):,.2f}"
        say(f"    {asset['symbol']:<6}{Decimal(asset['balance']):>20,.6f}  {worth:>14}  ({asset['category']})")


def _tax(walk: Walk, places: Places) -> None:
    with step("Import the wallet's transactions, twice") as note:
        note.text = f"{tax.import_history(walk)} added, then none"
    with step(f"US FIFO report of {tax.YEAR}: job, CSV and PDF from S3") as note:
        report = tax.report(walk)
        note.text = _gains(report.totals)
    folder = places.state / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in report.documents.items():
        stem, _, suffix = name.rpartition("_")
        path = folder / f"us-{tax.YEAR}-{stem.replace('_', '-')}.{suffix}"
        path.write_bytes(content)
        say(f"    {path}  ({len(content):,} bytes)\n      {report.links[name]}")


def _gains(totals: Mapping[str, str]) -> str:
    short, long = (Decimal(totals[name]) for name in ("short_term", "long_term"))
    return f"short term ${short:,.2f}, long term ${long:,.2f}"


def _scans(walk: Walk) -> None:
    with step("Scan a plain token and an upgradeable one"):
        found = scans.scan_both(walk)
    for one, name in zip(found, ("plain token", "proxy with a minting owner"), strict=True):
        findings = ", ".join(f"{finding} ({severity})" for finding, severity in one.findings.items()) or "none"
        say(f"    {one.target}  {name}: risk {one.score}/100; findings: {findings}")


def _proof(stage: Stage, api: Client, *, since: float) -> None:
    with step("Each request id stands in the log of a deployed function") as note:
        asked = set(api.request_ids)
        found = functions_of(stage.clients, asked, since=since)
        if missing := asked - set(found):
            raise LocalError(f"No function logged {', '.join(sorted(missing))}.", "See: make logs NAME=functions")
        names = sorted({name.removesuffix("Function") for name in found.values()})
        note.text = f"{len(found)} of {len(asked)}: {', '.join(names)}"
    say("    The end of every job came over the WebSocket, too.")
