"""Raw transactions: every type that eth-account signs, and none that is not whole."""

from __future__ import annotations

import random
from typing import Any

import pytest
import rlp
from eth_account import Account

from premium.chains.addresses import checksum
from premium.security.envelope.raw import BadRaw, read_raw
from premium.security.envelope.rlp import BadRlp, decode, encode
from tests.factories.security_calls import STRANGER, TOKEN, USER

pytestmark = pytest.mark.unit
KEY = Account.from_key("0x" + "11" * 32)
DATA = b"\xa9\x05\x9c\xbb"
FEES = {"maxFeePerGas": 30, "maxPriorityFeePerGas": 2}
BASE: dict[str, Any] = {"chainId": 137, "nonce": 7, "gas": 21_000, "to": checksum(TOKEN), "value": 5, "data": DATA}
LIST = [{"address": checksum(STRANGER), "storageKeys": ["0x" + "00" * 32]}]


def authorization() -> Any:
    return KEY.sign_authorization({"chainId": 0, "address": checksum(STRANGER), "nonce": 8})


@pytest.mark.parametrize(
    "fields",
    [
        BASE | {"gasPrice": 9},
        {key: value for key, value in BASE.items() if key != "chainId"} | {"gasPrice": 9},
        BASE | {"gasPrice": 9, "accessList": LIST, "type": 1},
        BASE | FEES | {"type": 2, "accessList": LIST},
        BASE | FEES | {"type": 3, "maxFeePerBlobGas": 3, "blobVersionedHashes": ["0x01" + "00" * 31]},
        BASE | FEES | {"type": 4, "authorizationList": [authorization()]},
    ],
    ids=["155", "legacy", "2930", "1559", "4844", "7702"],
)
def test_signed_transactions_say_what_they_are(fields: dict[str, Any]) -> None:
    raw = bytes(KEY.sign_transaction(fields).raw_transaction)
    found = read_raw(raw)
    assert (found.chain, found.sender) == (fields.get("chainId"), KEY.address.lower())
    assert (found.to, found.value, found.data, found.gas) == (TOKEN, 5, DATA, 21_000)
    if fields.get("type") == 4:
        assert [tuple(each) for each in found.authorizations] == [(0, STRANGER, 8, KEY.address.lower())]
    for cut in range(len(raw)):
        with pytest.raises(BadRaw):
            read_raw(raw[:cut])
    with pytest.raises(BadRaw, match="after the end"):
        read_raw(raw + b"\0")


def test_unsigned_transactions_have_no_sender() -> None:
    raw = b"\x02" + rlp.encode([1, 0, 1, 2, 3, bytes.fromhex(USER[2:]), 4, b"", []])
    assert read_raw(raw)[:4] == (1, None, USER, 4)


@pytest.mark.parametrize("seed", range(3))
def test_rlp_is_as_the_library_has_it(seed: int) -> None:
    source = random.Random(seed)

    def item(depth: int) -> Any:
        if depth and source.random() < 0.5:
            return [item(depth - 1) for _ in range(source.randint(0, 4))]
        return source.randbytes(source.choice((0, 1, 1, 2, 55, 56, 300)))

    for _ in range(200):
        given = item(4)
        data = encode(given)
        assert data == rlp.encode(given)
        assert decode(data) == given
        changed = bytearray(data)
        changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
        assert _ours(bytes(changed)) == _theirs(bytes(changed))


def _ours(data: bytes) -> Any:
    try:
        return decode(data)
    except BadRlp:
        return None


def _theirs(data: bytes) -> Any:
    try:
        return _plain(rlp.decode(data))
    except rlp.exceptions.DecodingError:
        return None


def _plain(item: Any) -> Any:
    return [_plain(each) for each in item] if isinstance(item, list | tuple) else bytes(item)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"\x02" + rlp.encode([b"\0", 0, 1, 2, 3, b"", 4, b"", []]), "chain_id"),
        (b"\x02" + rlp.encode([1, 0, 1, 2, 3, b"\1" * 19, 4, b"", []]), "to"),
        (b"\x02" + rlp.encode([1, 0, 1, 2, 3, b"", [], b"", []]), "value"),
        (b"\x02" + rlp.encode([1, 0, 1, 2, 3, b"", 4, b"", b""]), "access_list"),
        (b"\x04" + rlp.encode([1, 0, 1, 2, 3, b"", 4, b"", [], []]), "to"),
        (b"\x04" + rlp.encode([1, 0, 1, 2, 3, b"\1" * 20, 4, b"", [], [[1, b"", 0]]]), "authorization_list.0"),
        (b"\x05" + rlp.encode([]), "type 5"),
        (b"\x7f", "type 127"),
        (b"\x02" + rlp.encode([1, 0, 1, 2, 3, b"", 4, b"", [], 2, 1, 1]), "signature"),
    ],
)
def test_bad_ones_are_refused_by_field(raw: bytes, field: str) -> None:
    with pytest.raises(BadRaw, match=field):
        read_raw(raw)
