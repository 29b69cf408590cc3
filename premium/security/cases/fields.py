"""Type the fields of security's cases: addresses, bytes, numbers, what is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo

from premium.abi.signatures import selectors_of
from premium.abi.types import BadType
from premium.abi.values import bytes_of
from premium.cases import CaseError
from premium.chains.addresses import checksum
from premium.money import decimal_of
from premium.refusals import shown
from premium.security.judgement.origins import host_of
from premium.security.knowledge.known import HARMLESS, Knowledge, Token, coin

_MOST = (1 << 256) - 1
_WHOLE = re.compile(r"[0-9]{1,78}|0x[0-9a-fA-F]{1,64}")
_NO_DIGITS = frozenset({"0x", ""})


def _name(info: ValidationInfo) -> str:
    return info.field_name or "a field"


def address_of(value: object, name: str) -> str:
    """Return an address in lower case; CaseError names the field."""
    if not isinstance(value, str):
        raise CaseError("bad_address", f"{name}: must be an address; given {shown(value)}")
    text = value.strip()
    try:
        return checksum("0x" + text[2:] if text.startswith("0X") else text).lower()
    except ValueError as error:
        raise CaseError("bad_address", f"{name}: {error}; given {shown(value)}") from None


def hex_of(value: object, name: str) -> bytes:
    """Return bytes of hexadecimal text; CaseError names the field."""
    if value is None:
        return b""
    if not isinstance(value, str):
        raise CaseError("bad_hex", f"{name}: must be hexadecimal; given {shown(value)}")
    try:
        return b"" if value in _NO_DIGITS else bytes_of(value)
    except ValueError as error:
        raise CaseError("bad_hex", f"{name}: {error}; given {shown(value)}") from None


def whole_of(value: object) -> int:
    """Return a whole number of JSON, decimal or hexadecimal text, in 256 bits."""
    number = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and _WHOLE.fullmatch(value):
        number = int(value, 16) if value.startswith("0x") else int(value)
    if number is None or not 0 <= number <= _MOST:
        raise ValueError("must be a whole number of 256 bits, as a decimal string")
    return number


def moment_of(value: object) -> int | None:
    """Return Unix seconds of a number or of a time such as 2026-11-01T12:00:00Z."""
    if value is None:
        return None
    if isinstance(value, str) and not value.isdecimal():
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be Unix seconds or a time, as 2026-11-01T12:00:00Z") from None
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    return whole_of(value)


AnAddress = Annotated[str, PlainValidator(lambda value, info: address_of(value, _name(info)))]
MaybeAddress = Annotated[
    str | None,
    PlainValidator(lambda value, info: None if value in (None, "", "0x") else address_of(value, _name(info))),
]
Hex = Annotated[bytes, PlainValidator(lambda value, info: hex_of(value, _name(info)))]
Int = Annotated[int, PlainValidator(whole_of)]
MaybeInt = Annotated[int | None, PlainValidator(lambda value: None if value is None else whole_of(value))]
Time = Annotated[int | None, PlainValidator(moment_of)]


def snake(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of JSON-RPC's form in ours: `callData` is `call_data`."""
    return {
        re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", str(key)): each
        for key, each in given.items()
    }


def _by_address(value: object, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError("must be a JSON object")  # noqa: TRY004 - by field
    return {address_of(key, name): each for key, each in value.items()}


def _tokens(value: object) -> dict[str, Token]:
    if not isinstance(value, Mapping):
        raise ValueError("must be a JSON object")  # noqa: TRY004 - by field
    return {_asset(key, "tokens"): _token(each) for key, each in value.items()}


def _asset(key: object, name: str) -> str:
    return "native" if isinstance(key, str) and key.lower() in ("native", "eth") else coin(address_of(key, name))


def _token(given: object) -> Token:
    if not isinstance(given, Mapping) or set(given) - {"symbol", "decimals", "price_usd", "name"}:
        raise ValueError("must be {symbol, decimals, price_usd}")
    price, symbol = given.get("price_usd"), given.get("symbol")
    decimals = None if given.get("decimals") is None else whole_of(given["decimals"])
    if decimals is not None and decimals > 77:
        raise ValueError("a token has 77 decimals at most")
    if price is not None and decimal_of(price) < 0:
        raise ValueError("a price is not negative")
    return Token(None if symbol is None else str(symbol)[:200], decimals, None if price is None else decimal_of(price))


def _amounts(value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise ValueError("must be a JSON object")  # noqa: TRY004 - by field
    return {_asset(key, "balances"): whole_of(each) for key, each in value.items()}


def _listed(value: object) -> dict[str, str]:
    if not isinstance(value, list):
        raise ValueError("must be a list")  # noqa: TRY004 - by field
    found: dict[str, str] = {}
    for each in value:
        one = each if isinstance(each, Mapping) else {"address": each}
        if set(one) - {"address", "kind", "domain", "origin", "source", "name"}:
            raise ValueError("each entry is an address, or {address, kind}")
        key = one.get("address") or one.get("domain") or one.get("origin")
        if not isinstance(key, str) or not isinstance(one.get("kind", ""), str):
            raise ValueError("each entry is an address, or {address, kind}")  # noqa: TRY004 - by field
        is_address = key.startswith(("0x", "0X"))
        found[address_of(key, "listed") if is_address else host_of(key)] = one.get("kind") or "listed"
    return found


def _code(value: object) -> dict[str, bytes | int]:
    found: dict[str, bytes | int] = {}
    for address, each in _by_address(value, "code").items():
        is_size = isinstance(each, int) or (isinstance(each, str) and each.isdecimal())
        found[address] = whole_of(each) if is_size else hex_of(each, "code")
    return found


def _abis(value: object) -> dict[str, Any]:
    found = {}
    for address, each in _by_address(value, "abis").items():
        if not isinstance(each, list):
            raise ValueError("an ABI is a list of fragments")  # noqa: TRY004 - by field
        try:
            found[address] = selectors_of(each)
        except BadType as error:
            raise CaseError("bad_types", f"abis: {error}") from None
    return found


class KnownCase(BaseModel):
    """What a case lets the scanner take for known."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    contracts: Annotated[dict[str, Any], PlainValidator(lambda value: _by_address(value, "contracts"))] = Field(
        default={}
    )
    listed: Annotated[dict[str, str], PlainValidator(_listed)] = Field(default={})
    code: Annotated[dict[str, Any], PlainValidator(_code)] = Field(default={})
    balances: Annotated[dict[str, int], PlainValidator(_amounts)] = Field(default={})
    supplies: Annotated[dict[str, int], PlainValidator(_amounts)] = Field(default={})
    sent_to: list[AnAddress] = Field(default=[], max_length=10_000)
    tokens: Annotated[dict[str, Token], PlainValidator(_tokens)] = Field(default={})
    abis: Annotated[dict[str, Any], PlainValidator(_abis)] = Field(default={})
    deployed: Annotated[dict[str, Any], PlainValidator(lambda value: _by_address(value, "deployed"))] = Field(
        default={}
    )
    domains: dict[str, str] = Field(default={})

    def knowledge(self, time: int | None) -> Knowledge:
        """Return it as the engine takes it."""
        named = {address: str(name)[:200] for address, name in self.contracts.items()}
        labels = {address: kind for address, kind in self.listed.items() if kind in HARMLESS}
        return Knowledge(
            contracts={**labels, **named},
            listed={key: kind for key, kind in self.listed.items() if kind not in HARMLESS},
            code=self.code,
            balances=self.balances,
            supplies=self.supplies,
            sent_to=frozenset(self.sent_to),
            tokens=self.tokens,
            abis=self.abis,
            deployed={address: moment_of(each) or 0 for address, each in self.deployed.items()},
            domains=self.domains,
            issuers=frozenset(address for address, kind in labels.items() if kind == "issuer"),
            time=time,
        )
