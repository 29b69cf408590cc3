"""Judge addresses of cases: labels, code, history, allowances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from premium.cases import Case, CaseError, Kind
from premium.chains.addresses import checksum, created, keccak256
from premium.security.cases.contracts import accounts_of
from premium.security.cases.fields import AnAddress, Int, KnownCase, MaybeAddress, MaybeInt, Time
from premium.security.cases.worlds import WorldCase
from premium.security.contract.scan import scan
from premium.security.judgement.answer import answer
from premium.security.judgement.scene import Scene
from premium.security.judgement.subjects.addresses import Allowance, Passed, about_address, about_deployed, told_of
from premium.security.judgement.subjects.contracts import code_findings, impersonations
from premium.security.knowledge.known import NATIVE, ZERO, Knowledge, coin
from premium.security.knowledge.shipped import with_shipped
from premium.security.model import ContractScan
from premium.simulation.local import Account, Block, LocalChain

_ALLOWANCE = bytes.fromhex("dd62ed3e")
_MOST_HISTORY, _MOST_PAIRS, _MOST_NONCES = 10_000, 2_000, 1_024


class PassedCase(BaseModel):
    """One movement of a history."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    hash: str | None = None
    sender: AnAddress = Field(alias="from")
    to: MaybeAddress = None
    value: Int = 0
    token: str | None = None
    """None for the chain's coin."""
    time: Time = None


class AddressCase(Case):
    """An address, and what is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)

    address: AnAddress
    chain_id: MaybeInt = None
    time: Time = None
    knowledge: KnownCase = KnownCase()
    world: WorldCase | None = None
    history: list[PassedCase] = Field(default=[], max_length=_MOST_HISTORY)


def kinds(*, shipped: bool = True) -> tuple[Kind, ...]:
    """Return the kind of `scan-address`; `shipped` adds what the product knows by itself."""
    return (Kind("address", frozenset(), AddressCase, _answerer(shipped=shipped)),)


def _answerer(*, shipped: bool) -> Callable[[AddressCase], Mapping[str, Any]]:
    def answered(case: AddressCase) -> Mapping[str, Any]:
        started = perf_counter()
        own = case.knowledge.knowledge(_now(case))
        known = with_shipped(own, case.chain_id) if shipped else own
        body = _answer(case, known)
        return {**body, "milliseconds": round((perf_counter() - started) * 1000, 3)}

    return answered


def _now(case: AddressCase) -> int | None:
    return case.time if case.time is not None or case.world is None else case.world.block.timestamp


def _answer(case: AddressCase, known: Knowledge) -> dict[str, Any]:
    accounts = accounts_of(case.world or WorldCase(), known)
    stated = {address: one.code or 0 for address, one in accounts.items()} if case.world is not None else {}
    known = replace(known, code={**known.code, **stated})
    chain = LocalChain(accounts, Block(timestamp=_now(case) or Block().timestamp)) if accounts else None
    scene = Scene(known)
    allowances = _allowances(case, known, chain) if chain is not None else []
    passed = [
        Passed(each.sender, each.to, each.value, coin((each.token or NATIVE).lower()), each.time)
        for each in case.history
    ]
    listed = list(about_address(case.address, scene, chain=case.chain_id, history=passed, allowances=allowances))
    if chain is not None:
        listed += about_deployed(case.address, _deployed(case.address, accounts, chain), known)
    code, delegate = known.code.get(case.address), known.delegate(case.address)
    if chain is not None and known.code_bytes(case.address) and delegate is None:
        made = scan(case.address, str(case.chain_id or 0), chain, code_hash=_hash)
        listed += [*code_findings(made, known), *impersonations(made, known)]
        if not made.complete:
            scene.unknown("Part of the code could not be read.")
    elif code is None:
        scene.unknown("Whether the address has code is not known.")
    elif delegate is None and not isinstance(code, bytes) and code:
        scene.unknown("The code at the address was not read.")
    labels = _labels(case.address, known)
    has_code = None if code is None else known.has_code(case.address)
    told = told_of([each["kind"] for each in labels], has_code=has_code, delegate=delegate and checksum(delegate))
    return {
        **answer(listed, scene.unknowns, told),
        "labels": labels,
        "code": _code(known, case.address),
        "allowances": [
            {"token": checksum(each.token), "owner": checksum(each.owner), "amount": str(each.amount)}
            for each in allowances
        ],
    }


def _deployed(address: str, accounts: Mapping[str, Account], chain: LocalChain) -> list[ContractScan]:
    """Scan the world's contracts whose addresses follow from the address's own nonces."""
    made = [each for nonce in range(_MOST_NONCES) if (each := created(address, nonce)) in accounts]
    return [scan(each, "0", chain, code_hash=_hash) for each in made if accounts[each].code]


def _hash(code: bytes) -> str:
    return f"0x{keccak256(code).hex()}"


def _labels(address: str, known: Knowledge) -> list[dict[str, str]]:
    harm = [{"kind": known.listed[address]}] if address in known.listed else []
    return [*harm, *([{"kind": "known", "name": known.contracts[address]}] if address in known.contracts else [])]


def _code(known: Knowledge, address: str) -> dict[str, Any] | None:
    """Size, hash and delegate of the code; None where nothing is known."""
    code = known.code.get(address)
    if code is None:
        return None
    raw, delegate = known.code_bytes(address), known.delegate(address)
    return {
        "size": len(code) if isinstance(code, bytes) else code,
        "hash": f"0x{keccak256(raw).hex()}" if raw else None,
        "delegate": checksum(delegate) if delegate else None,
    }


def _allowances(case: AddressCase, known: Knowledge, chain: LocalChain) -> list[Allowance]:
    """Ask the world's tokens what the parties of the history let the address take."""
    tokens = [each for each in known.tokens if known.has_code(each)]
    parties = {each.sender for each in case.history} | {each.to for each in case.history if each.to}
    owners = sorted((parties | set(known.sent_to)) - {case.address, ZERO})
    if len(tokens) * len(owners) > _MOST_PAIRS:
        raise CaseError(
            "too_large", f"history: {len(owners)} parties of {len(tokens)} tokens, {_MOST_PAIRS} pairs at most"
        )
    found = []
    for token in sorted(tokens):
        for owner in owners:
            data = _ALLOWANCE + b"".join(bytes.fromhex(each[2:]).rjust(32, b"\0") for each in (owner, case.address))
            answered = chain.call(token, data)
            amount = int.from_bytes(answered) if answered is not None and len(answered) == 32 else 0
            found += [Allowance(token, owner, amount)] if amount else []
    return found
