"""Judge contracts of cases by their code.

Deployed code, or what a constructor makes on an EVM of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator

from premium.cases import Case, CaseError, Kind
from premium.chains.addresses import keccak256
from premium.security.cases.fields import Hex, KnownCase, MaybeAddress, MaybeInt
from premium.security.cases.worlds import WorldCase
from premium.security.contract.abi import functions_of
from premium.security.contract.creation import borrowed_at, runtime_of
from premium.security.contract.scan import scan
from premium.security.contract.state import StateReader
from premium.security.detectors.analysis import profile_of
from premium.security.judgement.scene import Found, Place, found
from premium.security.judgement.subjects.contracts import contract_answer
from premium.security.knowledge.known import Knowledge
from premium.security.knowledge.shipped import with_shipped
from premium.security.model import ContractScan
from premium.security.report.code_entries import CODE_ENTRIES
from premium.simulation.local import Account, LocalChain, Reverted

MAX_CODE = 64 << 10
_HERE = "0x" + "c0" * 20
"""Where a code stands that has no address of its own."""


def _prefixed(value: object) -> object:
    """Compilers write code without 0x."""
    return f"0x{value}" if isinstance(value, str) and value and not value.lower().startswith("0x") else value


Bytecode = Annotated[Hex, BeforeValidator(_prefixed)]


class ContractCase(Case):
    """A contract's code, where it stands, and what is known."""

    bytecode: Bytecode | None = None
    creation_bytecode: Bytecode | None = None
    address: MaybeAddress = None
    chain_id: MaybeInt = None
    world: WorldCase | None = None
    knowledge: KnownCase = KnownCase()


def kinds(*, shipped: bool = True) -> tuple[Kind, ...]:
    """Return the kind of `scan-contract`; `shipped` adds what the product knows by itself."""
    return (Kind("contract", frozenset(), ContractCase, _answerer(shipped=shipped)),)


def _answerer(*, shipped: bool) -> Callable[[ContractCase], Mapping[str, Any]]:
    def answered(case: ContractCase) -> Mapping[str, Any]:
        known = case.knowledge.knowledge(None)
        known = with_shipped(known, case.chain_id) if shipped else known
        chain, target, is_stated, unknowns = _placed(case, known)
        reader = chain if is_stated else _CodeAlone(chain)
        started = perf_counter()
        made = scan(target, str(case.chain_id or 0), reader, code_hash=_hash)
        body = {**contract_answer(made, known, unknowns, _borrowed(case, target)), **_extras(made, chain, target)}
        return {**body, "milliseconds": round((perf_counter() - started) * 1000, 3)}

    return answered


def _borrowed(case: ContractCase, target: str) -> tuple[Found, ...]:
    """Say of a creation code that it fetches from elsewhere what it leaves."""
    at = None if case.creation_bytecode is None else borrowed_at(case.creation_bytecode)
    if at is None:
        return ()
    place = Place(address=target)
    severity = CODE_ENTRIES["code_can_change"].severity
    return (found("code_can_change", place, severity=severity, basis="code", offset=at),)


class _Placed(NamedTuple):
    """Where a contract stands; `is_stated` where its state is known, not its code alone."""

    chain: LocalChain
    target: str
    is_stated: bool
    unknowns: tuple[str, ...] = ()


class _CodeAlone:
    """A reader that knows codes and nothing of their state."""

    def __init__(self, chain: LocalChain) -> None:
        self._chain = chain
        self.block_number = chain.block_number

    def code(self, address: str) -> bytes:
        """Return a code that the case states."""
        return self._chain.code(address)

    def storage(self, _address: str, _slot: int) -> int | None:
        """Return None: nobody has said what stands there."""
        return None

    def call(self, _to: str, _data: bytes, *, sender: str | None = None) -> bytes | None:
        """Return None: what a view would answer hangs on the state."""
        del sender
        return None


def _hash(code: bytes) -> str:
    return f"0x{keccak256(code).hex()}"


def _placed(case: ContractCase, known: Knowledge) -> _Placed:
    """A chain on which the contract stands, and its address."""
    given = (case.bytecode is not None) + (case.creation_bytecode is not None)
    if given > 1 or (not given and (case.world is None or case.address is None)):
        raise CaseError("invalid_field", "bytecode: a case has one of bytecode and creation_bytecode")
    world = case.world or WorldCase()
    accounts = accounts_of(world, known)
    target = case.address or _HERE
    if case.bytecode is not None:
        held = accounts.get(target, Account())
        accounts[target] = Account(held.balance, held.nonce or 1, _code(case.bytecode, "bytecode"), held.storage)
    chain = LocalChain(accounts, world.local_block())
    if case.creation_bytecode is not None:
        return _deployed(chain, _code(case.creation_bytecode, "creation_bytecode"), accounts)
    if not chain.code(target):
        raise CaseError("no_code", "bytecode: there is no code to scan")
    return _Placed(chain, target, is_stated=case.world is not None)


def accounts_of(world: WorldCase, known: Knowledge) -> dict[str, Account]:
    """Return the accounts of a world, with the codes that are known besides."""
    accounts = world.state()
    for address, code in known.code.items():
        if isinstance(code, bytes) and code:
            accounts.setdefault(address, Account(code=code, nonce=1))
    return accounts


def _deployed(chain: LocalChain, creation: bytes, accounts: dict[str, Account]) -> _Placed:
    """The contract as its constructor leaves it.

    Where that fails, its code as it stands in the creation code.
    """
    try:
        target = chain.deploy(creation)
    except Reverted as error:
        runtime = runtime_of(creation)
        if not runtime:
            raise CaseError("no_code", f"creation_bytecode: the constructor fails: {error}") from None
        why = "the constructor fails, so what it would have stored is not known"
        stands = LocalChain({**accounts, _HERE: Account(code=runtime, nonce=1)})
        return _Placed(stands, _HERE, is_stated=False, unknowns=(why,))
    if not chain.code(target):
        raise CaseError("no_code", "creation_bytecode: it leaves no code")
    return _Placed(chain, target, is_stated=True)


def _code(code: bytes, name: str) -> bytes:
    if len(code) > MAX_CODE:
        raise CaseError("too_large", f"{name}: {len(code)} bytes, {MAX_CODE} at most")
    if not code:
        raise CaseError("no_code", f"{name}: there is no code to scan")
    return code


def code_answer(
    target: str, reader: StateReader, known: Knowledge, measured: tuple[Found, ...], missing: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what every answer has, of a code and of what was measured beside it."""
    return contract_answer(scan(target, "0", reader, code_hash=_hash), known, tuple(missing), measured)


def reader_of(world: WorldCase, target: str, known: Knowledge) -> StateReader:
    """Return a reader of a world; CaseError where no code stands at the target."""
    return _placed(ContractCase(address=target, world=world), known).chain


def _extras(made: ContractScan, chain: LocalChain, target: str) -> dict[str, Any]:
    codes = [target, *(hop.implementation for hop in made.proxies if hop.implementation is not None)]
    functions: dict[str, dict[str, str]] = {}
    for address in codes:
        for one in functions_of(profile_of(chain.code(address))):
            functions.setdefault(one["selector"], one)
    return {
        "selectors": list(made.selectors),
        "functions": [functions[key] for key in sorted(functions)],
        "proxies": [hop.model_dump(mode="json") for hop in made.proxies],
        "standards": list(made.standards),
        "reached": str(made.reached),
    }
