"""Bring the stage up and show what security says, and what it watches.

`make show NAME=security`: each line with the sentence that the API gives its user.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from local.journey.client import Client
from local.journey.stream import Listener
from local.journey.tokens import token
from local.journey.walk import Walk, must_equal
from local.market.node import ETHER, calldata
from local.places import Places
from local.progress import say, step
from local.show import security_sources as sources
from local.show.platform import worker_platform
from local.show.security_asks import claims, messages, transactions
from local.show.security_chain import Ground
from local.up import Stage, up
from premium.bootstrap import Platform
from premium.security.disputed import Disputes
from premium.security.labelled import Labels
from premium.security.work.watch import look

_TRIES = 4
"""On a busy machine the node's answer may come too late for one, which its `unknowns` say."""


def show_security(places: Places) -> None:
    stage = up(places)
    say("\nBefore a signature, and after it:\n")
    begun = time.monotonic()
    walk_security(stage)
    say(f"\nShown in {time.monotonic() - begun:.1f} s. Everything runs on. Stop it with: make down")


def walk_security(stage: Stage) -> None:
    """Walk through what security judges, measures and watches, and print its sentences.

    LocalError where one is not as it should be.
    """
    bearer = token(stage.places.state, f"security_{time.time_ns()}")
    api = Client(stage.api, bearer)
    with Listener(stage.socket, bearer, ("jobs", "security")) as stream, worker_platform(stage) as platform:
        walk = Walk(api, stream, stage.market, stage.neighbours.evm)
        ground = Ground.new(walk.evm, walk.market)
        shower = Shower(walk, ground, platform)
        for name, (path, body, wanted) in (transactions(ground) | messages(ground) | claims(ground)).items():
            shower.asked(name, path, body, wanted)
        shower.trap()
        shower.vyper()
        shower.label()
        stable = shower.stablecoin()
        shower.dispute(stable[0])
        shower.approvals()
        shower.upgraded(*stable)


class Shower:
    """Shows one thing after the other."""

    def __init__(self, walk: Walk, ground: Ground, platform: Platform) -> None:
        self._walk, self._ground, self._platform = walk, ground, platform
        self._labels = Labels.of(platform, by_operator=True)

    def asked(self, name: str, path: str, body: Mapping[str, Any], wanted: str) -> None:
        """Ask about a transaction or message; the finding that is wanted must be there."""
        with step(name) as note:
            for _ in range(_TRIES):
                told = self._walk.api.post(path, {"chain": "local", "from": self._ground.wallet, **body})
                if wanted in _ids(told) and told["complete"]:
                    break
            note.text = f"{told['verdict']}, {told['riskScore']}"
            _told(told, wanted)
        _say(told, wanted)

    def trap(self) -> None:
        """Trade a token whose buyers are held fast."""
        with step("A token that sells for the newcomer only") as note:
            told = self._scan(self._ground.rocket(), trade=True)
            holders = told["details"]["trade"]["holders"]
            note.text = f"{told['verdict']}: {holders['sold']} of {holders['tried']} holders could sell"
            _told(told, "holders_trapped")
            must_equal("whether the newcomer sells", told["details"]["trade"]["canSell"], True)
        _say(told, "holders_trapped")

    def vyper(self) -> None:
        """Judge a token of Vyper by its code and its source."""
        with step("A token of Vyper, with its source") as note:
            where = self._ground.deploy(sources.VYPER, "Coin")
            source = {"sources": {"Coin.vy": sources.VYPER}, "compiler": "vyper:0.4.3"}
            told = self._scan(where, source=source)
            said = told["details"]["source"]
            must_equal("whether the source is another's", said["differs"], False)
            note.text = (
                f"{told['verdict']}; {said['compiled']['language']} {said['compiled']['version']} gives its code"
            )
            _told(told, "open_ownership")
        for wanted in ("open_ownership", "mint", "pause"):
            _say(told, wanted)

    def label(self) -> None:
        """Import a list, ask about who is listed, import the list without him."""
        thief, body = self._ground.stranger(), "list-of-the-show"
        other = self._ground.stranger()
        with step("An operator imports a list: a payment to who is on it") as note:
            self._import(body, [thief, other])
            told = self._payment(thief)
            note.text = f"{told['verdict']}, {told['riskScore']}"
            must_equal("the verdict", told["verdict"], "malicious")
        _say(told, told["findings"][0]["id"])
        with step("The next list no longer names him") as note:
            self._import(body, [other])
            told = self._payment(thief)
            note.text = f"{told['verdict']}, {told['riskScore']}"
            must_equal("whether he is listed", "listed_address" in _ids(told), False)
        self._labels.undo(body)
        self._labels.undo(body)

    def stablecoin(self) -> tuple[str, str]:
        """Scan a stablecoin before and after its issuer is labelled.

        Return it and who upgrades it.
        """
        with step("A stablecoin whose issuer nobody knows") as note:
            proxy, admin, code = self._ground.stable()
            told = self._scan(proxy)
            note.text = f"{told['verdict']}, {told['riskScore']}: {', '.join(_grave(told))}"
            must_equal("whether its powers are told", {"mint", "blacklist", "pause"} <= _ids(told), True)
        with step("Its issuer is labelled, for this address and this code") as note:
            hashed = self._ground.code_hash(code)
            rows = [f"{proxy},local,issuer,Local Dollar Co,{hashed}"]
            self._labels.take("issuers-of-the-show", _csv(rows), self._platform.chains)
            told = self._scan(proxy)
            note.text = f"{told['verdict']}, {told['riskScore']}"
            must_equal("what is graver than low", _grave(told), [])
        return proxy, admin

    def dispute(self, proxy: str) -> None:
        """Object to a finding, have it answered, and look again."""
        api = self._walk.api
        with step("A dispute of a finding, and staff's answer") as note:
            body = {"chain": "local", "target": proxy, "finding": "pause", "text": "The pause is behind a council."}
            made = api.post("/v1/security/disputes", body)
            desk = Disputes.of(self._platform, by_operator=True)
            end = self._platform.clock.now() + timedelta(days=30)
            desk.answer(UUID(made["id"]), by="Staff", reason="So it is.", evidence="The council's charter.", until=end)
            (answered,) = [each for each in api.get("/v1/security/disputes") if each["id"] == made["id"]]
            note.text = f"{answered['status']}: {answered['answer']}"
            told = self._scan(proxy)
            (finding,) = [each for each in told["findings"] if each["id"] == "pause"]
            must_equal("who withdrew it", finding["withdrawn"]["author"], "Staff")
        withdrawn = finding["withdrawn"]
        say(f"    pause is {finding['severity']} until {withdrawn['until'][:10]}: {withdrawn['reason']}")

    def approvals(self) -> None:
        """List what others may take, and take one back by the call that is told."""
        ground, friend = self._ground, self._ground.stranger()
        with step("Open approvals, with the calls that take them back") as note:
            ground.approves(friend, ground.market.v2_router)
            path = f"/v1/security/approvals?wallet={ground.wallet}&chain=local"
            told = self._walk.api.get(path)
            self._walk.api.wait_for(told["job"])
            listed = self._walk.api.get(path)["approvals"]
            note.text = f"{len(listed)} stand"
        for each in listed:
            who = each["spenderName"] or each["spender"]
            amount = "without a bound" if each["unlimited"] else each["amount"]
            found = ", ".join(one["id"] for one in each["findings"]) or "nothing"
            say(f"    {who} may take {each['token']} {amount}; {found} speaks against it, {each['riskScore']}")
            say(f"      revoke: to {each['revoke']['to']} data {each['revoke']['data'][:42]}…")
        with step("The worst is taken back by its call") as note:
            (worst,) = [each for each in listed if each["spender"] == friend]
            ground.own.send(worst["revoke"]["to"], bytes.fromhex(worst["revoke"]["data"][2:]))
            asked = calldata("allowance(address,address)", ground.wallet, friend)
            left = ground.node.call("eth_call", {"to": worst["token"], "data": f"0x{asked.hex()}"}, "latest")
            must_equal("what he may take", int(left, 16), 0)
            note.text = f"{friend} may take nothing"

    def upgraded(self, proxy: str, admin: str) -> None:
        """Put other code behind the stablecoin: its label ends, its holders are told."""
        told_before = look(self._platform, "local", proxy)
        must_equal("how many are told at the first look", told_before, 0)
        with step("The stablecoin gets other code: its label holds no longer") as note:
            self._ground.upgrades(proxy, admin)
            told = self._scan(proxy)
            note.text = f"{told['verdict']}, {told['riskScore']}: {', '.join(_grave(told))}"
            _told(told, "confiscate")
        for sentence in told["details"]["unknowns"]:
            say(f"    {sentence}")
        with step("The watch tells who holds or approved it") as note:
            note.text = f"{look(self._platform, 'local', proxy)} told"
            notice = next(each for each in self._walk.api.get("/v1/notices") if each["kind"] == "security.changed")
        say(f"    {notice['title']}: {notice['text']}")
        must_equal("who is told of", proxy in notice["text"], True)
        self._labels.undo("issuers-of-the-show")

    def _scan(self, address: str, **more: Any) -> Mapping[str, Any]:
        job = self._walk.job("/v1/security/scan/contract", {"chain": "local", "address": address, **more})
        return dict(self._walk.api.get(f"/v1/security/scans/{job['result']['scanId']}"))

    def _payment(self, to: str) -> Mapping[str, Any]:
        body = {"chain": "local", "from": self._ground.wallet, "to": to, "value": str(ETHER)}
        return dict(self._walk.api.post("/v1/security/scan/transaction", body))

    def _import(self, name: str, addresses: list[str]) -> None:
        rows = [f"{each},all,drainer,Drainer of the show," for each in addresses]
        self._labels.take(name, _csv(rows), self._platform.chains, fewer=True)


def _csv(rows: list[str]) -> bytes:
    return "\n".join(("address,chain,kind,name,code_hash", *rows)).encode()


def _ids(told: Mapping[str, Any]) -> set[str]:
    return {each["id"] for each in told["findings"]}


def _grave(told: Mapping[str, Any]) -> list[str]:
    return sorted({each["id"] for each in told["findings"] if each["severity"] not in ("low", "info")})


def _told(told: Mapping[str, Any], wanted: str) -> None:
    must_equal(f"whether {wanted} is among {', '.join(sorted(_ids(told)))}", wanted in _ids(told), True)


def _say(told: Mapping[str, Any], wanted: str) -> None:
    """Print the summary and the sentence of the finding that matters."""
    for sentence in told.get("summary") or ():
        say(f"    {sentence}")
    finding = next(each for each in told["findings"] if each["id"] == wanted)
    say(f"    {finding['severity']}: {finding['title']}. {finding['meaning']}")
