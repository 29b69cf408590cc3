"""Read OFAC's list of sanctioned parties in both of its XML shapes.

Source: treasury.gov, SDN.XML (`sdnEntry//id/idType`) and sdn_advanced.xml (features by type id). Names of elements are
compared without their namespace, of which three are in use.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError, iterparse

from premium.security.labels.label import BadList, Label, ListRead, address_in, once_each, shown_name

_DIGITAL = "digital currency address"
_HEAD = 4096


def read_ofac(data: bytes) -> ListRead:
    """Return the sanctioned addresses; BadList where it is no such document.

    Addresses of other chains are counted as passed over.
    """
    if b"<!DOCTYPE" in data[:_HEAD] or b"<!ENTITY" in data[:_HEAD] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadList("the list declares a document type or is not UTF-8: OFAC's does neither")
    state = _State()
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end")):  # noqa: S314 - no entities
            _take(event, element, state)
    except ParseError as error:
        raise BadList(f"the list is no XML: line {error.position[0]}, column {error.position[1]}") from None
    if state.shape is None:
        raise BadList("the list is neither SDN.XML (sdnList) nor sdn_advanced.xml (Sanctions)")
    return ListRead(once_each(state.labels), state.version, state.passed)


class _State:
    def __init__(self) -> None:
        self.shape: str | None = None
        self.version: str | None = None
        self.types: dict[str, str] = {}
        self.labels: list[Label] = []
        self.passed = 0

    def add(self, number: str | None, name: str | None) -> None:
        address = address_in(number or "")
        if address is None:
            self.passed += 1
        else:
            self.labels.append(Label(address, "sanctioned", shown_name(name)))


def _take(event: str, element: Element, state: _State) -> None:
    name = _local(element)
    if event == "start":
        if state.shape is None and name in ("sdnList", "Sanctions"):
            state.shape = name
        return
    if name == "Publish_Date":
        state.version = _day(element.text)
    elif name == "DateOfIssue" and state.version is None:
        parts = [_text(element, each) for each in ("Year", "Month", "Day")]
        state.version = "-".join(part.zfill(2) for part in parts if part) or None
    elif name == "FeatureType" and element.get("ID"):
        state.types[str(element.get("ID"))] = (element.text or "").strip()
    elif name == "sdnEntry":
        _entry(element, state)
        element.clear()
    elif name == "DistinctParty":
        _party(element, state)
        element.clear()


def _entry(entry: Element, state: _State) -> None:
    name = " ".join(part for part in (_text(entry, "firstName"), _text(entry, "lastName")) if part)
    for each in _all(entry, "id"):
        if (_text(each, "idType") or "").lower().startswith(_DIGITAL):
            state.add(_text(each, "idNumber"), name)


def _party(party: Element, state: _State) -> None:
    name = " ".join((each.text or "").strip() for alias in list(_all(party, "DocumentedName"))[:1]
                    for each in _all(alias, "NamePartValue"))  # fmt: skip
    for feature in _all(party, "Feature"):
        if state.types.get(str(feature.get("FeatureTypeID")), "").lower().startswith(_DIGITAL):
            for detail in _all(feature, "VersionDetail"):
                state.add(detail.text, name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if _local(each) == name)


def _text(element: Element, name: str) -> str | None:
    found = next((each for each in element if _local(each) == name), None)
    return (found.text or "").strip() if found is not None else None


def _day(text: str | None) -> str | None:
    try:
        return datetime.strptime((text or "").strip(), "%m/%d/%Y").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return (text or "").strip()[:100] or None
