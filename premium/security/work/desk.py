"""Answer one transaction or message: read, judged, kept as one row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from pydantic import ValidationError

from premium.asks.line import Question
from premium.bootstrap import Platform
from premium.cases import CaseError, sentence_of
from premium.chains.addresses import checksum, keccak256
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.clock import rfc3339
from premium.errors import InvalidInput, UpstreamUnavailable
from premium.observability import count, observe
from premium.security.calls.effects import Allow, AllowAll, Move
from premium.security.cases.messages import MessageCase, answer_message
from premium.security.cases.runs import error_of
from premium.security.cases.transactions import TransactionCase, asked_of
from premium.security.judgement.asked import Asked
from premium.security.judgement.requests import request_of
from premium.security.judgement.transactions import Opening, Simulation, judged, opened
from premium.security.knowledge.known import NATIVE, Knowledge, coin
from premium.security.knowledge.shipped import with_shipped
from premium.security.labelled import Labels
from premium.security.model import ENGINE, NewScan
from premium.security.onchain.counterparties import sent_to
from premium.security.onchain.learned import Learned, addresses_in, learn
from premium.security.onchain.prices import prices, weighed, with_prices
from premium.security.onchain.surroundings import Labelled, knowledge, labelled
from premium.security.report.catalogue import CATALOGUE
from premium.security.signatures import Lookups
from premium.security.store.scans import ScanStore
from premium.security.store.signatures import SignatureStore
from premium.simulation.engine import simulate
from premium.simulation.model import NotSimulated, Request, Simulated

NODE_SECONDS = 0.8
"""For what is read of a node; the decoded verdict must not wait for it longer."""
RESERVE_SECONDS = 0.35
"""Left for judging and for the row."""
_TRIALS = 8
"""Simulations under way at once."""
_VALID = timedelta(seconds=60)
_NOT_ASKED = "The transaction was not simulated: that was not asked for."


class _Who(NamedTuple):
    """Who signs, and the page that asks."""

    user: str | None
    origin: str | None


class _About(NamedTuple):
    """Tokens that are asked for their digits, and assets that are asked for their prices, too."""

    tokens: Sequence[str]
    weighed: Sequence[str]


@dataclass(frozen=True)
class _Read:
    """What was read for one request."""

    learned: Learned
    said: Labelled
    known: Knowledge


class Desk:
    """Answers of the resident, over the platform of its process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = ScanStore(platform.worker_database)
        self._labels = Labels.of(platform, by_operator=True)
        self._signatures = SignatureStore(platform.worker_database)
        self._threads = ThreadPoolExecutor(_TRIALS, thread_name_prefix="simulation")

    def warm(self) -> None:
        """Load the database of selectors and the readers, for which the first caller would wait."""
        judged(opened(Asked(chain=1, user=None), with_shipped(Knowledge(), 1)))
        keccak256(b"")
        with suppress(UpstreamUnavailable):
            self._labels.version()
        for chain in [each for each in self._platform.chains.active if each.kind == "evm"][:1]:
            learn(self._rpc(chain, NODE_SECONDS), (), (), None, NODE_SECONDS)

    def answer(self, question: Question) -> Mapping[str, Any]:
        """Return the answer to `{kind, user_id, chain, digest, request}`; InvalidInput names the field."""
        body = question.body
        chain = self._platform.chains[str(body["chain"])]
        make = self._transaction if body["kind"] == "transaction" else self._message
        try:
            found, target = make(dict(body["request"]), chain, question)
        except CaseError as error:
            if error.code == "bad_typed_data":
                raise InvalidInput.about("typedData", error.message.removeprefix("typed_data: ")) from None
            field, _, reason = error.message.partition(": ")
            raise InvalidInput.about(_outside(field), reason or error.message) from None
        except ValidationError as error:
            field, _, reason = sentence_of(error).partition(": ")
            raise InvalidInput.about(_outside(field), reason) from None
        return self._kept(body, chain, target, found)

    def _transaction(self, request: dict[str, Any], chain: Chain, question: Question) -> tuple[dict[str, Any], str]:
        simulate = bool(request.pop("simulate", True))
        case = TransactionCase.model_validate({**request, "chain_id": chain.chain_id})
        asked = asked_of(case)
        if asked.chain not in (None, chain.chain_id):
            raise CaseError("invalid_field", f"chain: the transaction is for the chain {asked.chain}, not {chain.name}")
        lookups = Lookups(self._signatures)
        opening = opened(asked, with_shipped(Knowledge(signatures=lookups.of), chain.chain_id))
        # At once with what is read: each may take all the time that there is.
        trial = self._threads.submit(self._simulated, opening, chain, question) if simulate else None
        tree, effects = opening.tree, opening.effects
        touched = addresses_in([[each.call.to for each in tree.calls], effects, asked.authorizations, asked.parties])
        tokens = [each.token for each in effects if isinstance(each, Allow | AllowAll | Move) and each.token != NATIVE]
        about = _About(tokens, weighed(effects))
        read = self._read(chain, touched, _Who(asked.user, case.origin), _node_seconds(question), about)
        simulation = trial.result() if trial is not None else None
        found = judged(opened(asked, replace(read.known, signatures=lookups.of)), simulation)
        missing = [*read.learned.missing, *read.said.unknowns, *([] if simulate else [_NOT_ASKED])]
        target = next((each.call.to for each in tree.calls), asked.user or "creation")
        return self._whole(found, missing, read), target

    def _message(self, request: dict[str, Any], chain: Chain, question: Question) -> tuple[dict[str, Any], str]:
        case = MessageCase.model_validate({**request, "wallet_chain_id": chain.chain_id})
        touched = addresses_in([case.typed_data, case.sender])
        about = _About((), _ordered(answer_message(case, with_shipped(Knowledge(), chain.chain_id))))
        read = self._read(chain, touched, _Who(case.sender, case.origin), _node_seconds(question), about)
        found = dict(answer_message(case, read.known))
        domain = case.typed_data.get("domain") if isinstance(case.typed_data, Mapping) else None
        contract = domain.get("verifyingContract") if isinstance(domain, Mapping) else None
        target = next(iter(addresses_in([contract, case.sender])), "message")
        return self._whole(found, [*read.learned.missing, *read.said.unknowns], read), target

    def _read(self, chain: Chain, touched: list[str], who: _Who, seconds: float, about: _About) -> _Read:
        asked = [each for each in (*about.weighed, *about.tokens) if each != NATIVE]
        coins = list(dict.fromkeys(each.lower() for each in asked))
        costs = self._threads.submit(
            prices, lambda client: self._platform.market(client).prices, chain.name, about.weighed, seconds
        )
        sent = self._threads.submit(sent_to, self._rpc(chain, seconds), who.user, seconds) if who.user else None
        learned = learn(self._rpc(chain, seconds), touched, coins, who.user, seconds)
        hashes = frozenset(keccak256(code) for code in learned.code.values() if isinstance(code, bytes) and code)
        asked_about = list(dict.fromkeys((*touched, *learned.behind.values())))
        said = labelled(self._labels, asked_about, chain.chain_id, origin=who.origin, hashes=hashes)
        now = int(self._platform.clock.now().timestamp())
        own = sent.result() if sent is not None else ()
        known = knowledge(learned, said, chain.chain_id, own=own, now=now)
        return _Read(learned, said, with_prices(known, costs.result()))

    def _simulated(self, opening: Opening, chain: Chain, question: Question) -> Simulation:
        """Return what a transaction comes to, or why that is not known.

        It is never waited for too long.
        """
        request = request_of(
            opening.asked, opening.effects, opening.known, block_seconds=max(1, round(chain.block_seconds or 12))
        )
        if request is None:
            return NotSimulated("nobody is known who sends it")
        try:
            return asyncio.run(self._tried(request, chain, max(0.05, question.left() - RESERVE_SECONDS)))
        except (NotSimulated, UpstreamUnavailable) as error:
            count("SimulationsFailed")
            return error if isinstance(error, NotSimulated) else NotSimulated("the node does not answer")

    async def _tried(self, request: Request, chain: Chain, seconds: float) -> Simulated:
        async with httpx.AsyncClient() as client:
            node = await self._platform.market(client).rpc(chain.name, deadline=seconds).view()
            return await simulate(node, request, errors=error_of, seconds=seconds)

    def _rpc(self, chain: Chain, seconds: float) -> Callable[[httpx.AsyncClient], Rpc]:
        return lambda client: self._platform.market(client).rpc(chain.name, deadline=seconds)

    def _whole(self, found: Mapping[str, Any], missing: list[str], read: _Read) -> dict[str, Any]:
        """Add what could not be known, and as of when the answer is."""
        unknowns = list(dict.fromkeys((*found["unknowns"], *missing)))
        verdict = "unknown" if found["verdict"] == "clear" and unknowns else found["verdict"]
        as_of = {
            "block": read.learned.block, "block_hash": read.learned.block_hash, "engine": ENGINE,
            "catalogue": len(CATALOGUE), "labels": dict(self._labels.version()),
        }  # fmt: skip
        made = {**found, "unknowns": unknowns, "complete": not unknowns, "verdict": verdict, "as_of": as_of}
        return made | {"opinions": _opinions(read.said)}

    def _kept(self, body: Mapping[str, Any], chain: Chain, target: str, found: dict[str, Any]) -> dict[str, Any]:
        now = self._platform.clock.now()
        shown = ("verdict", "severity", "risk_score", "findings")
        scan = NewScan(
            scan_type=body["kind"], chain=chain.name, target=_shown(target), verdict=found["verdict"],
            risk_score=found["risk_score"], findings=found["findings"],
            details={key: value for key, value in found.items() if key not in shown},
        )  # fmt: skip
        scan_id = self._store.add_of_request(UUID(body["user_id"]), bytes.fromhex(body["digest"]), now, scan)
        observe("ScansIncomplete", 0 if found["complete"] else 100, "Percent")
        return {**found, "scan_id": str(scan_id), "valid_until": rfc3339(now + _VALID)}


def _ordered(found: Mapping[str, Any]) -> list[str]:
    """Assets of both sides of an order that is signed; none where nothing comes back."""
    rows = (*found["gives"], *found["gets"]) if found["gets"] else ()
    return list(dict.fromkeys(coin(str(each["asset"]).lower()) for each in rows))


def _node_seconds(question: Question) -> float:
    return max(0.05, min(NODE_SECONDS, question.left() - RESERVE_SECONDS))


def _shown(target: str) -> str:
    return checksum(target) if target.startswith("0x") and len(target) == 42 else target


def _opinions(said: Labelled) -> list[dict[str, Any]]:
    """What other scanners say, beside our own."""
    return [
        {"address": _shown(address), "kind": one.label.kind, "name": one.label.name, "source": one.source}
        for address, found in sorted(said.opinions.items())
        for one in found
    ]


_NAMES = {"sender": "from", "raw": "rawTransaction", "tx": "to", "user_operation": "userOperation"}


def _outside(field: str) -> str:
    """Return a field's name as the API has it: `tx.data` is `data`."""
    first, _, rest = field.removeprefix("tx.").partition(".")
    parts = _NAMES.get(first, first).split("_")
    name = parts[0] + "".join(each.capitalize() for each in parts[1:])
    return f"{name}.{rest}" if rest else name
