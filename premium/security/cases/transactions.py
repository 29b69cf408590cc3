"""Judge transactions of cases: fields, raw bytes, lists of calls, user operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from premium.cases import Case, CaseError, Kind
from premium.security.calls.effects import Inner, Party, Power
from premium.security.calls.readers.accounts import operation_steps
from premium.security.calls.tree import MAX_BYTES
from premium.security.cases.fields import AnAddress, Hex, Int, KnownCase, MaybeAddress, MaybeInt, Time, snake
from premium.security.cases.runs import in_world, ready, run_in_world
from premium.security.cases.worlds import WorldCase
from premium.security.envelope.raw import Authorization, BadRaw, read_raw
from premium.security.judgement.asked import Asked
from premium.security.judgement.transactions import judged, opened
from premium.security.knowledge.known import Knowledge
from premium.security.knowledge.shipped import with_shipped

_OPTIONAL = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
_MAX_LISTED = 512


class AuthorizationCase(BaseModel):
    """An EIP-7702 authorisation."""

    model_config = _OPTIONAL

    chain_id: Int
    address: AnAddress
    nonce: Int = 0
    y_parity: MaybeInt = None
    r: MaybeInt = None
    s: MaybeInt = None
    account: MaybeAddress = None

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, given: Any) -> Any:
        return snake(given) if isinstance(given, Mapping) else given


class TxCase(BaseModel):
    """A transaction's fields."""

    model_config = _OPTIONAL

    chain_id: MaybeInt = None
    sender: MaybeAddress = Field(default=None, alias="from")
    to: MaybeAddress = None
    value: Int = 0
    data: Hex = b""
    gas: MaybeInt = None
    max_fee_per_gas: MaybeInt = None
    max_priority_fee_per_gas: MaybeInt = None
    gas_price: MaybeInt = None
    nonce: MaybeInt = None
    type: Any = None
    access_list: Any = None
    authorization_list: list[AuthorizationCase] = Field(default=[], max_length=_MAX_LISTED)

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, given: Any) -> Any:
        return _renamed(given)


class CallCase(BaseModel):
    """One call of a list (EIP-5792)."""

    model_config = _OPTIONAL

    to: MaybeAddress = None
    value: Int = 0
    data: Hex = b""
    sender: MaybeAddress = Field(default=None, alias="from")
    chain_id: MaybeInt = None
    gas: MaybeInt = None
    capabilities: Any = None

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, given: Any) -> Any:
        return _renamed(given)


class OperationCase(BaseModel):
    """A user operation, packed or as wallets write it."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    sender: AnAddress
    init_code: Hex = b""
    factory: MaybeAddress = None
    factory_data: Hex = b""
    call_data: Hex = b""
    paymaster_and_data: Hex = b""
    paymaster: MaybeAddress = None
    paymaster_data: Hex = b""

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, given: Any) -> Any:
        return snake(given) if isinstance(given, Mapping) else given


def _renamed(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    made = snake(given)
    if "input" in made:
        made.setdefault("data", made.pop("input"))
    return made


class TransactionCase(Case):
    """A transaction in one of its forms, and what is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)

    tx: TxCase | None = None
    raw: Hex | None = None
    calls: list[CallCase] | None = None
    user_operation: OperationCase | None = None
    entry_point: MaybeAddress = None
    sender: MaybeAddress = Field(default=None, alias="from")
    chain_id: MaybeInt = None
    wallet_chain_id: MaybeInt = None
    origin: str | None = Field(default=None, max_length=2048)
    time: Time = None
    knowledge: KnownCase = KnownCase()
    world: WorldCase | None = None


class _Read(NamedTuple):
    chain: int | None
    user: str | None
    calls: tuple[tuple[str, Inner], ...]
    authorizations: tuple[Authorization, ...] = ()
    gas: int = 0
    max_fee: int | None = None
    priority_fee: int | None = None
    nonce: int | None = None
    creates: tuple[bytes, ...] = ()
    single: bool = True
    parties: tuple[Party | Power, ...] = ()


def kinds(*, shipped: bool = True) -> tuple[Kind, ...]:
    """Return the kind of `scan-transaction`; `shipped` adds what the product knows by itself."""
    return (Kind("transaction", frozenset(), TransactionCase, _answerer(shipped=shipped)),)


def _answerer(*, shipped: bool) -> Callable[[TransactionCase], Mapping[str, Any]]:
    def answered(case: TransactionCase) -> Mapping[str, Any]:
        world = case.world
        if world is not None:
            ready()
        started = perf_counter()
        asked = asked_of(case)
        known: Knowledge = in_world(case.knowledge.knowledge(case.time), world)
        opening = opened(asked, with_shipped(known, asked.chain) if shipped else known)
        simulation = None if world is None else run_in_world(opening, world, case.time)
        slots = {} if world is None else world.slots()
        found = judged(opening, simulation, slots=slots)
        return {**found, "milliseconds": round((perf_counter() - started) * 1000, 3)}

    return answered


def asked_of(case: TransactionCase) -> Asked:
    """Return what a case asks; CaseError names the field that is wrong."""
    read = _read(case)
    return Asked(
        chain=read.chain,
        user=read.user,
        calls=read.calls,
        authorizations=read.authorizations,
        creates=read.creates,
        gas_cost=read.gas * (read.max_fee or 0),
        wallet_chain=case.wallet_chain_id,
        origin=case.origin,
        single=read.single,
        parties=read.parties,
        gas=read.gas or None,
        max_fee=read.max_fee,
        priority_fee=read.priority_fee,
        nonce=read.nonce,
    )


def _headed(case: TransactionCase) -> TransactionCase:
    """Take a `tx` that says sender and chain alone, beside another form, for the head of that form."""
    tx = case.tx
    if tx is None or tx.model_fields_set - {"sender", "chain_id"}:
        return case
    if case.calls is None and case.user_operation is None:
        return case
    sender, chain = case.sender or tx.sender, tx.chain_id if case.chain_id is None else case.chain_id
    return case.model_copy(update={"tx": None, "sender": sender, "chain_id": chain})


def _read(case: TransactionCase) -> _Read:
    case = _headed(case)
    forms = [name for name in ("tx", "raw", "calls", "user_operation") if getattr(case, name) is not None]
    if len(forms) != 1:
        raise CaseError("invalid_field", "tx: a case has one of tx, raw, calls and user_operation")
    if case.tx is not None:
        return _of_tx(case.tx, case)
    if case.raw is not None:
        return _of_raw(case.raw, case)
    return _of_calls(case.calls, case) if case.calls is not None else _of_operation(case)


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise CaseError("too_large", f"{name}: {len(data)} bytes, {MAX_BYTES} at most")
    return data


def _of_tx(tx: TxCase, case: TransactionCase) -> _Read:
    sender = tx.sender or case.sender
    listed = tuple(
        Authorization(each.chain_id, each.address, each.nonce, each.account) for each in tx.authorization_list
    )
    fee, chain = tx.max_fee_per_gas or tx.gas_price, tx.chain_id if tx.chain_id is not None else case.chain_id
    tip = tx.gas_price if tx.max_fee_per_gas is None else tx.max_priority_fee_per_gas
    read = _Read(chain, sender, (), listed, tx.gas or 0, fee, tip, tx.nonce)
    return _single(tx.to, tx.value, _bounded(tx.data, "data"), read)


def _single(to: str | None, value: int, data: bytes, read: _Read) -> _Read:
    if to is None:
        return read._replace(creates=(data,))
    return read._replace(calls=(("", Inner(to, value, data, read.user or _NOBODY)),))


_NOBODY = "0x" + "0" * 40


def _of_raw(raw: bytes, case: TransactionCase) -> _Read:
    try:
        found = read_raw(_bounded(raw, "raw"))
    except BadRaw as error:
        raise CaseError("bad_hex", str(error)) from None
    sender = found.sender or case.sender
    chain = found.chain if found.chain is not None else case.chain_id
    read = _Read(chain, sender, (), found.authorizations, found.gas, found.fee)
    return _single(found.to, found.value, found.data, read)


def _of_calls(calls: list[CallCase], case: TransactionCase) -> _Read:
    if len(calls) > _MAX_LISTED:
        raise CaseError("too_large", f"calls: {len(calls)}, {_MAX_LISTED} at most")
    _bounded(b"".join(each.data for each in calls), "calls")
    sender = case.sender or next((each.sender for each in calls if each.sender), None)
    made = tuple(
        (str(number), Inner(each.to, each.value, each.data, each.sender or sender or _NOBODY))
        for number, each in enumerate(calls)
        if each.to is not None
    )
    chain = (
        case.chain_id if case.chain_id is not None else next((each.chain_id for each in calls if each.chain_id), None)
    )
    return _Read(chain, sender, made, creates=tuple(each.data for each in calls if each.to is None), single=False)


def _of_operation(case: TransactionCase) -> _Read:
    operation = case.user_operation
    if operation is None or case.entry_point is None:
        raise CaseError("invalid_field", "entry_point: is required beside user_operation")
    init = operation.init_code or (
        bytes.fromhex(operation.factory[2:]) + operation.factory_data if operation.factory else b""
    )
    paymaster = operation.paymaster_and_data or (
        bytes.fromhex(operation.paymaster[2:]) + operation.paymaster_data if operation.paymaster else b""
    )
    _bounded(init + operation.call_data + paymaster, "user_operation")
    entry = case.entry_point
    own = Inner(operation.sender, 0, operation.call_data, entry)
    steps = tuple(operation_steps(entry, operation.sender, init, b"", paymaster))
    made = (("", own), *(("init", each) for each in steps if isinstance(each, Inner)))
    rest = (Party(entry, "entry point"), *(each for each in steps if isinstance(each, Party | Power)))
    return _Read(case.chain_id, operation.sender, made, parties=rest)
