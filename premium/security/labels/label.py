"""Hold a label of an address or page.

ListRead is what a list says as a whole.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from premium.errors import InvalidInput

HARM = frozenset({"sanctioned", "drainer", "phishing", "mixer", "exploiter"})
KINDS = HARM | {"exchange", "protocol", "issuer", "token", "burn"}
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
_DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9_¡-￿](?:[a-z0-9_¡-￿.-]*[a-z0-9_¡-￿])?\.[a-z0-9¡-￿-]{2,63}")


class Label(NamedTuple):
    """What one list says of an address (lower case) or of a page's domain."""

    address: str
    kind: str
    name: str | None = None
    chain_id: int | None = None
    """None: every EVM chain."""
    confidence: Decimal | None = None
    code_hash: bytes | None = None
    since: datetime | None = None
    until: datetime | None = None


class ListRead(NamedTuple):
    """A whole list: its labels, each once, and what was passed over."""

    labels: tuple[Label, ...]
    version: str | None = None
    passed: int = 0
    """Entries of other chains or kinds, which are none of ours."""
    is_opinion: bool = False
    """What another scanner thinks, beside which ours stands."""

    @property
    def is_harm(self) -> bool:
        """Whether it lists harm, so that its age matters."""
        return any(each.kind in HARM for each in self.labels)


class BadList(InvalidInput):
    """A file is no list of this shape; the message names place and reason."""


def address_in(text: str) -> str | None:
    """Return an EVM address in lower case; None for anything else."""
    bare = text.strip()
    return bare.lower() if _ADDRESS.fullmatch(bare) else None


def domain_in(text: str) -> str | None:
    """Return a domain in lower case; None for anything else."""
    bare = text.strip().lower().rstrip(".")
    return bare if _DOMAIN.fullmatch(bare) else None


def day_in(text: str) -> datetime:
    """Return the begin of a day, or the instant; ValueError for neither."""
    bare = text.strip()
    if len(bare) == 10:
        return datetime.combine(date.fromisoformat(bare), datetime.min.time(), UTC)
    found = datetime.fromisoformat(bare)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def shown_name(text: str | None) -> str | None:
    """Return a name without what is not seen, 200 characters at most."""
    if text is None:
        return None
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return clean[:200] or None


def once_each(labels: list[Label]) -> tuple[Label, ...]:
    """Return the labels, of one address, chain and kind the last."""
    return tuple({(each.address, each.chain_id, each.kind): each for each in labels}.values())
