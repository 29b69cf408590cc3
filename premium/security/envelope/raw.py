"""Read raw transactions of every type, signed or not.

Legacy, and types 1 to 4. Source: EIP-2718, 2930, 1559, 4844, 7702.
A field of another length, a number with leading zeros, and a signature of no key are
refused with the field's name.
"""

from __future__ import annotations

from typing import NamedTuple

from premium.chains.addresses import keccak256
from premium.security.envelope.rlp import BadRlp, Item, decode, encode
from premium.siwe.signatures import WrongSignature, signer

_FEES = {1: ("gas_price",), 2: ("max_priority_fee_per_gas", "max_fee_per_gas")}
_FEES[3] = _FEES[4] = _FEES[2]
_MORE = {1: ("access_list",), 2: ("access_list",), 3: ("access_list", "max_fee_per_blob_gas", "blob_versioned_hashes"),
         4: ("access_list", "authorization_list")}  # fmt: skip
_SIGNATURE = ("y_parity", "r", "s")
_LISTS = frozenset({"access_list", "blob_versioned_hashes", "authorization_list"})
_MOST = (1 << 256) - 1


class BadRaw(ValueError):
    """Bytes that are no transaction; the message names the field."""


class Authorization(NamedTuple):
    """An EIP-7702 authorisation; the account is who signed it, where that is known."""

    chain: int
    delegate: str
    nonce: int
    account: str | None = None


class RawTransaction(NamedTuple):
    """What a raw transaction says."""

    chain: int | None
    sender: str | None
    to: str | None
    value: int
    data: bytes
    gas: int
    fee: int
    authorizations: tuple[Authorization, ...] = ()


def read_raw(raw: bytes) -> RawTransaction:
    """Return a raw transaction's fields; BadRaw otherwise."""
    if not raw:
        raise BadRaw("raw: is empty")
    try:
        if raw[0] >= 0xC0:
            return _legacy(_listed(decode(raw), "raw"))
        if raw[0] in _MORE:
            return _typed(raw[0], _listed(decode(raw[1:]), "raw"))
    except BadRlp as error:
        raise BadRaw(f"raw: not RLP: {error}") from None
    raise BadRaw(f"raw: there is no transaction of type {raw[0]}")


def _typed(kind: int, items: list[Item]) -> RawTransaction:
    if kind == 3 and len(items) in (4, 5) and isinstance(items[0], list):
        items = items[0]  # with its blobs, as it travels between nodes
    names = ("chain_id", "nonce", *_FEES[kind], "gas", "to", "value", "data", *_MORE[kind])
    if len(items) not in (len(names), len(names) + len(_SIGNATURE)):
        raise BadRaw(f"raw: type {kind} has {len(names)} fields and 3 of the signature, not {len(items)}")
    given = dict(zip((*names, *_SIGNATURE), items, strict=False))
    for name in names:
        if name in _LISTS:
            _listed(given[name], name)
    sender = None
    if len(items) > len(names):
        digest = keccak256(bytes([kind]) + encode(items[: len(names)]))
        parity, r, s = (_number(given[name], name) for name in _SIGNATURE)
        sender = _signer(digest, parity, r, s)
    chain = _number(given["chain_id"], "chain_id")
    authorizations = tuple(
        _authorization(each, number)
        for number, each in enumerate(_listed(given.get("authorization_list", []), "authorization_list"))
    )
    if kind in (3, 4) and given["to"] == b"":
        raise BadRaw(f"to: a transaction of type {kind} makes no contract")
    return RawTransaction(
        chain, sender, *_common(given), _number(given[_FEES[kind][-1]], _FEES[kind][-1]), authorizations
    )


def _common(given: dict[str, Item]) -> tuple[str | None, int, bytes, int]:
    return (
        _address(given["to"]),
        _number(given["value"], "value"),
        _bytes(given["data"], "data"),
        _number(given["gas"], "gas"),
    )


def _legacy(items: list[Item]) -> RawTransaction:
    names = ("nonce", "gas_price", "gas", "to", "value", "data")
    if len(items) not in (6, 9):
        raise BadRaw(f"raw: a legacy transaction has 6 fields and 3 of the signature, not {len(items)}")
    given = dict(zip(names, items, strict=False))
    chain = sender = None
    if len(items) == 9:
        v, r, s = (_number(each, name) for each, name in zip(items[6:], ("v", "r", "s"), strict=True))
        if r == s == 0:
            chain = v
        else:
            chain, parity = ((v - 35) // 2, (v - 35) % 2) if v >= 35 else (None, v - 27)
            extra: list[Item] = [_minimal(chain), b"", b""] if chain is not None else []
            sender = _signer(keccak256(encode([*items[:6], *extra])), parity, r, s)
    _number(given["nonce"], "nonce")
    return RawTransaction(chain, sender, *_common(given), _number(given["gas_price"], "gas_price"))


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _authorization(item: Item, number: int) -> Authorization:
    name = f"authorization_list.{number}"
    fields = _listed(item, name)
    if len(fields) not in (3, 6):
        raise BadRaw(f"{name}: has 6 fields, not {len(fields)}")
    chain, nonce = _number(fields[0], f"{name}.chain_id"), _number(fields[2], f"{name}.nonce")
    delegate = _address(fields[1])
    if delegate is None:
        raise BadRaw(f"{name}.address: is empty")
    account = None
    if len(fields) == 6:
        parity, r, s = (_number(each, f"{name}.signature") for each in fields[3:])
        try:
            account = _signer(keccak256(b"\x05" + encode(fields[:3])), parity, r, s)
        except BadRaw:  # passed over on chain, as is one of another nonce
            account = None
    return Authorization(chain, delegate, nonce, account)


def _signer(digest: bytes, parity: int, r: int, s: int) -> str:
    try:
        return signer(digest, r.to_bytes(32) + s.to_bytes(32) + bytes([parity if parity in (0, 1) else 255])).lower()
    except (WrongSignature, OverflowError) as error:
        raise BadRaw(f"signature: {error}") from None


def _listed(item: Item, name: str) -> list[Item]:
    if isinstance(item, list):
        return item
    raise BadRaw(f"{name}: is no list")


def _bytes(item: Item, name: str) -> bytes:
    if isinstance(item, bytes):
        return item
    raise BadRaw(f"{name}: is a list")


def _number(item: Item, name: str) -> int:
    raw = _bytes(item, name)
    if raw[:1] == b"\0" or int.from_bytes(raw) > _MOST:
        raise BadRaw(f"{name}: is no number in its shortest form")
    return int.from_bytes(raw)


def _address(item: Item) -> str | None:
    raw = _bytes(item, "to")
    if len(raw) not in (0, 20):
        raise BadRaw(f"to: has {len(raw)} bytes, not 20")
    return f"0x{raw.hex()}" if raw else None
