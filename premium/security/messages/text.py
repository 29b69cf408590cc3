"""Read texts that wallets sign: logins of EIP-4361, hashes in disguise, characters that hide."""

from __future__ import annotations

import re
import unicodedata

from premium.siwe.message import Malformed, Message, parse
from premium.siwe.signatures import personal_hash

_HASH = re.compile(r"(?:0x)?[0-9a-fA-F]{64}")
_LOGIN = " wants you to sign in with your Ethereum account:"
_HIDDEN = frozenset({"Cf", "Cc", "Co", "Cs", "Zl", "Zp"})
_JOINERS_AND_LINES = frozenset("\u200c\u200d\n\r\t")
"""Joiners make emoji and letters of some scripts; lines and tabs are seen."""
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def digest(text: str) -> bytes:
    """Return the hash that a wallet signs for a text."""
    return personal_hash(text)


def is_hash(text: str) -> bool:
    """Tell whether a text is 32 bytes in hexadecimal."""
    return _HASH.fullmatch(text.strip()) is not None


def is_login(text: str) -> bool:
    """Tell whether a text claims to be a login."""
    return _LOGIN in text


def login(text: str) -> Message | str:
    """Return the login that a text is, or what is wrong with it."""
    try:
        return parse(text)
    except Malformed as error:
        return f"{error.field} {error}"


def claimed_domain(text: str) -> str:
    """Return the domain in the first line of a login, also of a malformed one."""
    head = text.split(_LOGIN, 1)[0].rsplit("\n", 1)[-1].strip()
    return head.rsplit("://", 1)[-1].lower()


def authority_of(origin: str) -> str:
    """Return host and port of an origin, without a port that its scheme has anyway."""
    scheme, _, rest = origin.strip().rpartition("://")
    found = re.split(r"[/?#]", rest, maxsplit=1)[0].rsplit("@", 1)[-1].lower()
    return found.removesuffix(_DEFAULT_PORTS.get(scheme.lower(), "\0"))


def hides(text: str) -> bool:
    """Tell whether characters of a text are drawn as nothing or turn its direction."""
    return any(unicodedata.category(c) in _HIDDEN and c not in _JOINERS_AND_LINES for c in text)
