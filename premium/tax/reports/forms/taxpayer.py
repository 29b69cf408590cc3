"""Say whose form it is: given when a form is written, kept nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from premium.errors import InvalidInput

_NUMBER = re.compile(r"(\d{3})-?(\d{2})-?(\d{4})|(\d{2})-(\d{7})")
LONGEST = 60


@dataclass(frozen=True, kw_only=True, repr=False)
class Taxpayer:
    """The name shown on the return, and the SSN, ITIN or EIN.

    What is not given is a field of the form, to be typed there. Its `repr` says neither.
    """

    name: str = ""
    number: str = ""

    @classmethod
    def of(cls, name: str | None, number: str | None) -> Taxpayer:
        """Return a taxpayer; InvalidInput, without what was given, for a number that is none."""
        name = " ".join((name or "").split())
        if len(name) > LONGEST or not name.isprintable():
            raise InvalidInput.about("taxpayer_name", f"must be printable, of at most {LONGEST} characters")
        found = _NUMBER.fullmatch((number or "").strip())
        if number and not found:
            raise InvalidInput.about("taxpayer_id", "must be an SSN or ITIN (123-45-6789) or an EIN (12-3456789)")
        return cls(name=name, number="-".join(part for part in found.groups() if part) if found else "")


NOBODY = Taxpayer()
