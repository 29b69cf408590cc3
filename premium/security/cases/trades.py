"""Measure tokens of cases by trading them on a node of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from premium.abi.encoder import BadValue, encode
from premium.abi.signatures import signature_of
from premium.abi.types import AbiType, BadType, parse_types
from premium.cases import Case, CaseError, Kind
from premium.security.cases.contracts import Bytecode, code_answer, reader_of
from premium.security.cases.fields import AnAddress, Int, KnownCase, MaybeAddress, MaybeInt, address_of
from premium.security.cases.runs import OwnReader, error_of
from premium.security.cases.worlds import WorldCase
from premium.security.judgement.answer import answer
from premium.security.judgement.subjects.liquidity import removable
from premium.security.judgement.traded import traded, untold
from premium.security.knowledge.shipped import with_shipped
from premium.security.report.trades import PARTS, shown_trade
from premium.simulation.model import NotSimulated, Read
from premium.simulation.own.anvil import OwnNode, own_node, trading_node
from premium.simulation.own.stage import DEPLOYER, Failed, Stage
from premium.simulation.trade.bench import Bench
from premium.simulation.trade.direct import Pool3, pool3
from premium.simulation.trade.measure import BUYER, Market
from premium.simulation.trade.venues import Pair, Venue, call

_MOST_STEPS, _MOST_PARTS = 64, 16
_NAME = re.compile(r"\$[A-Za-z0-9_]{1,32}")
_FORM = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Stage:
    """The market of this process, once it stands."""

    made: Stage | None = None


class SetupCase(BaseModel):
    """A call that the deployer makes before anybody trades."""

    model_config = _FORM

    call: str = Field(max_length=256)
    args: list[Any] = []
    when: Literal["after_deploy", "after_liquidity"] = "after_deploy"
    to: str = "$token"
    sender: str = Field(default="$deployer", alias="from")
    value: Int = 0


class PartCase(BaseModel):
    """A contract that the token needs, deployed before it; `$name` stands for its address."""

    model_config = _FORM

    creation_bytecode: Bytecode
    constructor_args: Any = None
    name: str | None = Field(default=None, max_length=32)


class LiquidityCase(BaseModel):
    """What a new pool holds."""

    model_config = _FORM

    token: Int
    native: Int


class BuyCase(BaseModel):
    """What the newcomer spends."""

    model_config = _FORM

    native: Int


class TradeCase(Case):
    """A token to be deployed, or one that stands in a world beside its pool."""

    creation_bytecode: Bytecode | None = None
    constructor_args: Any = None
    liquidity: LiquidityCase | None = None
    buy: BuyCase
    dex: Literal["v2", "v3"] = "v2"
    fee: MaybeInt = None
    setup: list[SetupCase] = Field(default=[], max_length=_MOST_STEPS)
    parts: list[PartCase] = Field(default=[], max_length=_MOST_PARTS)
    world: WorldCase | None = None
    token: MaybeAddress = None
    pool: MaybeAddress = None
    holders: list[AnAddress] = Field(default=[], max_length=256)
    chain_id: MaybeInt = None
    time: MaybeInt = None
    knowledge: KnownCase = KnownCase()


class _Put(NamedTuple):
    """Where a token trades, and from where it is read."""

    bench: Bench
    venue: Venue
    node: OwnNode
    holders: tuple[str, ...]
    giver: str | None


def kinds(*, shipped: bool = True) -> tuple[Kind, ...]:
    """Return the kind of `trade-simulation`; `shipped` adds what the product knows by itself."""
    return (Kind("trade", frozenset({"buy"}), TradeCase, _answerer(shipped=shipped)),)


def _answerer(*, shipped: bool) -> Callable[[TradeCase], Mapping[str, Any]]:
    def answered(case: TradeCase) -> Mapping[str, Any]:
        _check(case)
        known = case.knowledge.knowledge(case.time)
        known = with_shipped(known, case.chain_id) if shipped else known
        try:
            stage = None if case.world is not None else _stage()
            started = perf_counter()
            put = _in_world(case) if stage is None else _put(case, stage)
            market = Market(put.bench, put.venue, case.buy.native, error_of)
            made = put.node.run(market.measured(put.holders, put.giver))
        except NotSimulated as error:
            return {**dict.fromkeys(PARTS), **answer((), [f"The token was not traded: {error}."], [])}
        token, found = put.venue.token, tuple(traded(made, put.venue.token, own_pool=case.world is None))
        reader = OwnReader(put.node) if case.world is None else reader_of(case.world, token, known)
        if case.world is not None:
            found += tuple(removable(put.venue.pool, case.world.accounts_named(), reader, known))
        body = code_answer(token, reader, known, found, untold(made))
        return {**shown_trade(made), **body, "milliseconds": round((perf_counter() - started) * 1000, 3)}

    return answered


def _stage() -> Stage:
    if _Stage.made is None:
        _Stage.made = Stage(trading_node())
    return _Stage.made


def _check(case: TradeCase) -> None:
    if (case.creation_bytecode is None) == (case.world is None):
        raise CaseError("invalid_field", "creation_bytecode: a case has either it or a world with token and pool")
    if case.world is not None and (case.token is None or case.pool is None):
        raise CaseError("invalid_field", "world: needs token and pool beside it")
    if case.world is None and case.liquidity is None:
        raise CaseError("invalid_field", "liquidity: is required where the pool is put up")
    if not case.buy.native:
        raise CaseError("invalid_field", "buy.native: must be more than 0")
    if case.creation_bytecode is not None and not case.creation_bytecode:
        raise CaseError("no_code", "creation_bytecode: there is no code to deploy")


def _put(case: TradeCase, stage: Stage) -> _Put:
    """Deploy, set up, put liquidity in."""
    try:
        return stage.node.run(_deployed(case, stage))
    except Failed as error:
        raise CaseError("no_code" if "deployment" in str(error) else "not_tradable", str(error)) from None


async def _deployed(case: TradeCase, stage: Stage) -> _Put:
    await stage.begin()
    names = {"$deployer": DEPLOYER, "$buyer": BUYER, "$wrapped": stage.wrapped, "$router": stage.router(case.dex)}
    for number, part in enumerate(case.parts):
        made = await stage.deploy(part.creation_bytecode + _arguments(part.constructor_args, names))
        names[f"$part{number}"] = names[f"${part.name or number}"] = made
    token = names["$token"] = await stage.deploy(
        (case.creation_bytecode or b"") + _arguments(case.constructor_args, names)
    )
    await _set_up(case, stage, names, "after_deploy")
    amounts = (case.liquidity.token, case.liquidity.native) if case.liquidity else (0, 0)
    venue: Venue
    if case.dex == "v3":
        venue = await stage.pool_v3(token, *amounts, case.fee or 3_000)
    else:
        venue = await stage.pool_v2(token, *amounts)
    names["$pool"] = venue.pool
    await _set_up(case, stage, names, "after_liquidity")
    apart = (venue.pool, *names.values())
    holders = tuple(case.holders) or await stage.holders(token, apart)
    return _Put(Bench(stage.node), venue, stage.node, holders, DEPLOYER)


async def _set_up(case: TradeCase, stage: Stage, names: Mapping[str, str], when: str) -> None:
    for number, step in enumerate(case.setup):
        if step.when == when:
            try:
                signature = signature_of(step.call.replace(" ", ""))
                data = call(signature.text, *_values(signature.inputs, step.args, names))
            except (BadType, BadValue, ValueError) as error:
                raise CaseError("bad_types", f"setup.{number}: {error}") from None
            to, sender = (address_of(_named(each, names), f"setup.{number}") for each in (step.to, step.sender))
            await stage.send(to, data, value=step.value, sender=sender, what=f"setup.{number} ({signature.text})")


def _in_world(case: TradeCase) -> _Put:
    world, token, pool = case.world, case.token or "", case.pool or ""
    assert world is not None  # noqa: S101 - checked before
    node = own_node().on_chain(case.chain_id)
    state, seen = world.overrides(), world.surroundings(case.time)

    async def partner() -> tuple[str, int]:
        bench = Bench(node, overrides=state, seen=seen)
        await bench.open()
        reads = tuple(_view(pool, name) for name in ("token0()", "token1()", "fee()"))
        (found,) = await bench.run([bench.program().step("look", reads)])
        *pair, fee = found.reads("look")
        ends = [f"0x{(each or b'')[-20:].hex()}" for each in pair]
        if token not in ends or len(set(ends)) != 2:
            raise CaseError("invalid_field", "pool: does not say that it holds the token")
        return next(each for each in ends if each != token), int.from_bytes(fee or b"")

    wrapped, fee = node.run(partner())
    if case.dex == "v2":
        venue: Pair | Pool3 = Pair(token, pool, wrapped, pool, case.fee or 3_000)
    else:
        venue = pool3(token, pool, wrapped, case.fee or fee or 3_000)
    return _Put(Bench(node, overrides=state, seen=seen), venue, node, tuple(case.holders), None)


def _view(target: str, signature: str) -> Read:
    return Read(target, call(signature))


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """Put addresses in place of their names."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        if value not in names:
            raise CaseError("invalid_field", f"{value}: nothing is called so; known are {', '.join(sorted(names))}")
        return names[value]
    return value


def _arguments(given: Any, names: Mapping[str, str]) -> bytes:
    """Arguments of a constructor: as bytes, or as types and values."""
    if given is None:
        return b""
    if isinstance(given, str):
        try:
            return bytes.fromhex(given.removeprefix("0x"))
        except ValueError:
            raise CaseError("bad_hex", "constructor_args: not hexadecimal") from None
    if isinstance(given, Mapping) and set(given) <= {"types", "args", "values"}:
        texts, values = given.get("types", []), given.get("args", given.get("values", []))
    elif isinstance(given, list) and all(
        isinstance(each, Mapping) and set(each) == {"type", "value"} for each in given
    ):
        texts, values = [each["type"] for each in given], [each["value"] for each in given]
    else:
        raise CaseError("bad_types", "constructor_args: is hexadecimal, {types, args} or a list of {type, value}")
    try:
        types = tuple(parse_types(texts))
        return encode(types, _values(types, values, names))
    except (BadType, BadValue, ValueError, TypeError) as error:
        raise CaseError("bad_types", f"constructor_args: {error}") from None


def _values(types: tuple[AbiType, ...], given: list[Any], names: Mapping[str, str]) -> list[Any]:
    if len(types) != len(given):
        raise BadValue(f"{len(types)} values are needed, {len(given)} given")
    return [_value(of, _named(each, names), names) for of, each in zip(types, given, strict=True)]


def _value(of: AbiType, value: Any, names: Mapping[str, str]) -> Any:
    if of.kind == "tuple":
        return _values(of.parts, list(value), names)
    if of.item is not None:
        return [_value(of.item, _named(each, names), names) for each in value]
    if of.kind in ("uint", "int"):
        return int(str(value), 0)
    if of.kind in ("bytes", "bytesN"):
        return bytes.fromhex(str(value).removeprefix("0x"))
    return address_of(value, "args") if of.kind == "address" else value
