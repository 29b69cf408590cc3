"""Generated messages of EIP-4361, keys that sign them, and what breaks them."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from hypothesis import strategies as st

from premium.siwe.signatures import personal_hash

KEY = "0x" + "4c" * 32
ADDRESS = Account.from_key(KEY).address
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_UNRESERVED = LETTERS + "-._~"
_SUB = "!$&'()*+,;="
_TEXT = st.text(_UNRESERVED + _SUB + ":/?#[]@ ", min_size=1, max_size=60)
_SEGMENT = st.text(_UNRESERVED + _SUB + ":@", max_size=12)
_HOSTS = st.one_of(
    st.sampled_from(["service.org", "127.0.0.1", "[::1]", "[2001:db8::7]", "[v1.fe:x]", "localhost", "a%20b", "x"]),
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{2,6}){1,2}", fullmatch=True),
)
_PORTS = st.one_of(st.just(""), st.integers(1, 65535).map(lambda port: f":{port}"))
_USERS = st.sampled_from(["", "user@", "u:p@"])
domains = st.builds(lambda user, host, port: f"{user}{host}{port}", _USERS, _HOSTS, _PORTS)
uris = st.builds(
    lambda scheme, domain, parts, query: f"{scheme}://{domain}{''.join(f'/{part}' for part in parts)}{query}",
    st.sampled_from(["https", "http", "ipfs", "a+b-c.1"]),
    domains,
    st.lists(_SEGMENT, max_size=3),
    st.sampled_from(["", "?a=b", "#f", "?q=/?&x#y/?", "?"]),
)
times = st.builds(
    lambda moment, digits, offset: moment.strftime("%Y-%m-%dT%H:%M:%S") + digits + offset,
    st.datetimes(min_value=__import__("datetime").datetime(1971, 1, 2)),
    st.sampled_from(["", ".0", ".5", ".123", ".000000"]),
    st.sampled_from(["Z", "+00:00", "-02:00", "+05:45", "-23:59"]),
)
_OPTIONAL = {
    "scheme": st.sampled_from(["https", "http", "a+b-.9"]),
    "statement": _TEXT,
    "expirationTime": times,
    "notBefore": times,
    "requestId": _SEGMENT,
    "resources": st.lists(uris, max_size=3),
}


def fields(address: str = ADDRESS) -> st.SearchStrategy[dict[str, Any]]:
    """Fields of a valid message, by their names outside."""
    return st.fixed_dictionaries(
        {
            "domain": domains,
            "address": st.just(address),
            "uri": uris,
            "version": st.just("1"),
            "chainId": st.integers(0, 2**64),
            "nonce": st.text(LETTERS, min_size=8, max_size=30),
            "issuedAt": times,
        },
        optional=_OPTIONAL,
    )


def signed(text: str, key: str = KEY) -> str:
    """The signature of a text by eth-account, which is not what verifies it."""
    made = Account._sign_hash(personal_hash(text), key)
    return f"0x{made.signature.hex().removeprefix('0x')}"
