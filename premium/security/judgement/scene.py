"""What judges look at: the user, what is known, and the findings they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from premium.abi.values import shown_address
from premium.security.knowledge.known import HARM, ZERO, Knowledge
from premium.security.model import Severity
from premium.security.report.call_entries import CALL_ENTRIES
from premium.security.report.other_entries import OTHER_ENTRIES

DAY = 86_400
_FOR_EVER = 1 << 40
"""Times beyond are far, whatever the clock says."""


class Found(NamedTuple):
    """One finding before it is merged with others of its kind."""

    id: str
    severity: Severity
    holder: str | None = None
    evidence: tuple[tuple[str, str], ...] = ()
    basis: str = "decoded"


class Place(NamedTuple):
    """Where a finding is: the path of a call, its target and function."""

    path: str | None = None
    address: str | None = None
    function: str | None = None


@dataclass
class Scene:
    """One transaction or message under judgement."""

    known: Knowledge
    user: str | None = None
    mine: set[str] = field(default_factory=set)
    signed: bool = False
    """A message: what it lets others do."""
    gas_cost: int = 0
    unknowns: list[str] = field(default_factory=list)
    slots: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """Values of storage that are known, by contract and slot."""

    def is_mine(self, address: str | None) -> bool:
        """Whether the address is the user or a wallet that acts for him."""
        return address is not None and (address == self.user or address in self.mine)

    def is_nobody(self, sender: str | None) -> bool:
        """Whether nobody knows who sends; what is his own cannot be told then."""
        if sender in (None, ZERO) and self.user is None:
            self.unknown("Who sends is not known: whether recipients are the sender's own could not be judged.")
            return True
        return False

    def unknown(self, sentence: str) -> None:
        """Note what could not be known."""
        if sentence not in self.unknowns:
            self.unknowns.append(sentence)

    def is_far(self, until: int | None, days: int) -> bool:
        """Whether a time lies more than some days ahead."""
        if until is None:
            return False
        return until >= _FOR_EVER or (self.known.time is not None and until - self.known.time > days * DAY)

    def is_collection(self, token: str) -> bool:
        """Whether what is known of a token says that its units are NFTs."""
        return _OWNER_OF in self.known.abis.get(token, ()) or _pushes(self.known.code_bytes(token), _OWNER_OF)


_OWNER_OF = bytes.fromhex("6352211e")


def _pushes(code: bytes | None, selector: bytes) -> bool:
    return code is not None and b"\x63" + selector in code


def found(
    id_: str, place: Place, *, known: bool = False, holder: str | None = None, severity: Severity | None = None,
    basis: str = "decoded", **more: Any,
) -> Found:  # fmt: skip
    """Return a finding with its evidence; `known` takes the severity for a known counterpart."""
    if severity is None:
        words = CALL_ENTRIES.get(id_) or OTHER_ENTRIES[id_]
        severity = words.known if known else words.severity
    said: dict[str, Any] = {"path": place.path, "address": place.address, "function": place.function, **more}
    shown = tuple((key, _text(value)) for key, value in said.items() if value is not None)
    return Found(id_, severity, shown_address(holder) if holder else None, shown, basis)


def _text(value: Any) -> str:
    text = str(value)
    return shown_address(text) if len(text) == 42 and text.startswith("0x") else text


def labels(address: str | None, scene: Scene, place: Place) -> Iterator[Found]:
    """Find harm by label."""
    known = scene.known
    kind = known.listed.get(address) if address is not None else None
    if kind is not None:
        yield found(HARM.get(kind, "listed_address"), place, holder=address, basis="label", value=kind)
    elif address is not None and (runs := known.listed_behind(address)) is not None:
        yield found("clone_of_listed", place, holder=runs, basis="label", value=known.listed[runs])


def imitates(address: str, scene: Scene, place: Place) -> Iterator[Found]:
    """Find an address that begins and ends like a known one."""
    if scene.is_mine(address) or address == ZERO:
        return
    other = scene.known.lookalike(address)
    if other is not None:
        yield found("recipient_lookalike", place, holder=address, value=other)
