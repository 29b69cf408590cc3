"""Say what a text is that was given as a wallet.

By shape alone: nothing is decoded, so that a mistyped secret is recognised as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_KEY = "a private key: an address is enough, and a key that was shown to anybody is no longer safe"
_WORDS = "a seed phrase: an address is enough, and a phrase that was shown to anybody is no longer safe"
_WITNESS, _CASH = "an address of Bitcoin or Litecoin", "an address of Bitcoin Cash"
_HASHES = "an address of Bitcoin, Litecoin or Dogecoin"
_SOLANA, _EXTENDED = "an address of Solana", "an extended public key"
_READ = frozenset({_WITNESS, _CASH, _HASHES, _SOLANA})
_PHRASES = range(11, 26)
"""Words of a phrase, one more or less than there should be among them."""


_HERE = "wallets of EVM chains, of Solana and of Bitcoin and its kind are read here"


class Given(NamedTuple):
    """What a text is, in a sentence that does not repeat it."""

    kind: Literal["secret", "foreign"]
    text: str
    name: str = ""
    """Of what is no secret: `an address of Tron`."""

    @property
    def is_read(self) -> bool:
        """Return whether addresses of this kind are read, where the text is one."""
        return self.name in _READ

    @property
    def is_key(self) -> bool:
        """Return whether it is a key whose addresses may be watched."""
        return self.name == _EXTENDED


def _is_phrase(text: str) -> bool:
    words = re.split(r"[\s,;]+", text.strip(" \t\r\n\"'[]"))
    return len(words) in _PHRASES and all(word.strip("\"'").isalpha() for word in words)


def _matches(pattern: str) -> Callable[[str], bool]:
    known = re.compile(pattern)
    return lambda text: known.fullmatch(text) is not None


_SECRETS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (_is_phrase, _WORDS),
    (_matches(r"(0[xX])?[0-9a-fA-F]{60,68}"), f"{_KEY} (or an address of a Move chain, which is not read here)"),
    (_matches(r"(0[xX])?[0-9a-fA-F]{120,132}"), _KEY),
    (_matches(rf"[5KLc9]{_BASE58}{{49,52}}"), _KEY),  # wallet import format
    (_matches(rf"6P{_BASE58}{{54,58}}"), _KEY),  # BIP-38
    (_matches(rf"{_BASE58}{{80,92}}"), _KEY),  # Solana's key pair
    (_matches(r"(?s)\s*\[(\s*\d{1,3}\s*,){20,}\s*\d{1,3}\s*\]\s*"), _KEY),
    (_matches(rf"(?s).*\b[a-zA-Z]{{1,4}}prv{_BASE58}{{20,}}.*"), _KEY),  # extended keys, alone or in a descriptor
    (_matches(rf"(?s).*[(,\]][5KLc9]{_BASE58}{{49,52}}[),/].*"), _KEY),  # wallet import format, in a descriptor
    (_matches(r"nsec1[02-9ac-hj-np-z]{40,}"), _KEY),
    (_matches(r"S[A-Z2-7]{55}|s[1-9A-HJ-NP-Za-km-z]{28}|ed25519:.{40,}"), _KEY),  # Stellar, XRP Ledger, NEAR
    (_matches(r"(?s).*-----BEGIN .*"), _KEY),
)
_FOREIGN: tuple[tuple[Callable[[str], bool], str], ...] = (
    (_matches(rf"T{_BASE58}{{33}}"), "an address of Tron"),
    (_matches(r"(EQ|UQ|kQ|0Q)[A-Za-z0-9_-]{46}|-?[01]:[0-9a-fA-F]{64}"), "an address of TON"),
    (_matches(r"(?i)(bc|tb|bcrt|ltc|tltc)1[a-z0-9]{6,87}"), _WITNESS),
    (_matches(r"(bitcoincash:)?[qp][02-9ac-hj-np-z]{41}"), _CASH),
    (_matches(rf"(?s).*\b[a-zA-Z]{{2}}ub{_BASE58}{{20,}}.*"), _EXTENDED),
    (_matches(rf"[13]{_BASE58}{{25,33}}|[LMD]{_BASE58}{{32,33}}"), _HASHES),
    (_matches(r"(addr|stake)(_test)?1[02-9ac-hj-np-z]{30,}"), "an address of Cardano"),
    (_matches(r"[a-z]{2,20}1[02-9ac-hj-np-z]{38,59}"), "an address of a Cosmos chain"),
    (_matches(rf"[1-9A-HJ-NP-Z]{_BASE58}{{46,48}}"), "an address of a Substrate chain"),
    (_matches(rf"{_BASE58}{{43,44}}"), _SOLANA),
    (_matches(r"G[A-Z2-7]{55}"), "an address of Stellar"),
    (_matches(r"r[1-9A-HJ-NP-Za-km-z]{24,34}"), "an address of the XRP Ledger"),
    (_matches(r"(?i)([\w-]+\.)+(xyz|box|id|sol|crypto|near|ton)"), "a name, and only those of ENS are looked up"),
    (_matches(r"(?is).+\.eth"), "a name"),
)


def recognise(text: str) -> Given | None:
    """Return what a text is; None where it may be meant for an EVM address."""
    stripped = text.strip()
    for is_one, name in _SECRETS:
        if is_one(stripped):
            return Given("secret", f"this is {name}. It was not stored")
    for is_one, name in _FOREIGN:
        if is_one(stripped):
            return Given("foreign", f"this is {name}; {_HERE}", name)
    return None
