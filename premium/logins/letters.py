"""Mails that a login asks for, and the links in them.

A request leaves a letter and starts a job; only the job looks whose address it is, so that neither the answer nor its
time tells. A link works once, for half an hour.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from premium.errors import InvalidInput, UpstreamUnavailable
from premium.logins.model import Kept, Letter, Purpose

SECONDS = 1800
_PREFIX = "plk_"
_FORM = re.compile(r"plk_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Letters:
    """Letters and links, in Redis alone; UpstreamUnavailable where it does not answer."""

    letters: Kept
    links: Kept

    def write(self, purpose: Purpose, email: str, *, password: str | None = None) -> Letter:
        """Keep a letter until its link is used, for half an hour."""
        letter = Letter(id=uuid4(), purpose=purpose, email=email, password=password)
        self._keep(letter)
        return letter

    def read(self, letter_id: UUID) -> Letter | None:
        """Return a letter that waits; None for one that is used or over."""
        return _letter(letter_id, self.letters.look(str(letter_id)))

    def link(self, letter: Letter) -> str:
        """Return a new token of a letter; of several that were sent one works, once."""
        token = _PREFIX + secrets.token_urlsafe(32)
        self.links.put(_name(token), {"letter": str(letter.id)}, milliseconds=SECONDS * 1000)
        return token

    @contextmanager
    def used(self, token: str, purpose: Purpose) -> Iterator[Letter]:
        """Surround what a link does; a 503 inside of it leaves the link.

        InvalidInput for a token that is none, of another purpose, used or over.
        """
        letter = self._take(token)
        if letter is None or letter.purpose != purpose:
            raise InvalidInput.about("token", "works no more: a link works once, for half an hour; ask for another")
        try:
            yield letter
        except UpstreamUnavailable:
            with suppress(UpstreamUnavailable):
                self._keep(letter)
                self.links.put(_name(token), {"letter": str(letter.id)}, milliseconds=SECONDS * 1000)
            raise

    def _take(self, token: str) -> Letter | None:
        link = self.links.take(_name(token)) if _FORM.fullmatch(token) else None
        if link is None:
            return None
        letter_id = UUID(link["letter"])
        return _letter(letter_id, self.letters.take(str(letter_id)))

    def _keep(self, letter: Letter) -> None:
        kept = {"purpose": letter.purpose, "email": letter.email, "password": letter.password}
        self.letters.put(str(letter.id), kept, milliseconds=SECONDS * 1000)


def _letter(letter_id: UUID, kept: dict[str, Any] | None) -> Letter | None:
    return None if kept is None else Letter(id=letter_id, **kept)


def _name(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
