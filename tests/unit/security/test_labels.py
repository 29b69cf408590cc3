"""Lists of labels in the shapes of their publishers, with made-up addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from premium.security.labels.label import BadList
from premium.security.labels.shapes import read_list, shape_of

CHAINS: Callable[[str], int | None] = {"ethereum": 1}.get
NO_CHAINS: Callable[[str], int | None] = {}.get
A, B, C = (f"0x{digit * 40}" for digit in "abc")
NAMESPACES = (
    "", "http://tempuri.org/sdnList.xsd", "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML"
)  # fmt: skip


def sdn(namespace: str, *ids: tuple[str, str]) -> bytes:
    declared = f' xmlns="{namespace}"' if namespace else ""
    listed = "".join(
        f"<id><uid>1</uid><idType>{kind}</idType><idNumber>{number}</idNumber></id>" for kind, number in ids
    )
    return (
        f'<?xml version="1.0" standalone="yes"?><sdnList{declared}><publshInformation><Publish_Date>11/02/2026'
        f"</Publish_Date></publshInformation><sdnEntry><uid>9</uid><firstName>Ivan</firstName>"
        f"<lastName>MADE UP</lastName><idList>{listed}</idList></sdnEntry></sdnList>"
    ).encode()


def advanced(namespace: str, *ids: tuple[str, str]) -> bytes:
    declared = f' xmlns="{namespace}"' if namespace else ""
    features = "".join(
        f'<Feature ID="{n}" FeatureTypeID="{kind}"><FeatureVersion ID="1"><VersionDetail DetailTypeID="1432">{number}'
        f"</VersionDetail></FeatureVersion></Feature>"
        for n, (kind, number) in enumerate(ids)
    )
    return (
        f"<Sanctions{declared}><DateOfIssue><Year>2026</Year><Month>11</Month><Day>2</Day></DateOfIssue>"
        f'<ReferenceValueSets><FeatureTypeValues><FeatureType ID="345">Digital Currency Address - ETH</FeatureType>'
        f'<FeatureType ID="344">Digital Currency Address - XBT</FeatureType><FeatureType ID="8">Birthdate</FeatureType>'
        f'</FeatureTypeValues></ReferenceValueSets><DistinctParties><DistinctParty FixedRef="1"><Profile ID="1">'
        f"<Identity><Alias><DocumentedName><DocumentedNamePart><NamePartValue>MADE</NamePartValue></DocumentedNamePart>"
        f"<DocumentedNamePart><NamePartValue>UP</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity>"
        f"{features}</Profile></DistinctParty></DistinctParties></Sanctions>"
    ).encode()


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_both_shapes_of_ofac_are_read_under_every_namespace(namespace: str) -> None:
    plain = sdn(
        namespace, ("Digital Currency Address - ETH", A.upper().replace("X", "x", 1)),
        ("Digital Currency Address - XBT", "1A"), ("Passport", B),
    )  # fmt: skip
    found = read_list(plain, shape_of(plain), NO_CHAINS)
    assert [(each.address, each.kind, each.name) for each in found.labels] == [(A, "sanctioned", "Ivan MADE UP")]
    assert (found.version, found.passed, found.is_harm, found.is_opinion) == ("2026-11-02", 1, True, False)
    rich = advanced(namespace, ("345", A), ("344", "1A"), ("8", B), ("345", C))
    found = read_list(rich, shape_of(rich), NO_CHAINS)
    assert [(each.address, each.name) for each in found.labels] == [(A, "MADE UP"), (C, "MADE UP")]
    assert (found.version, found.passed) == ("2026-11-02", 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<sdnList><sdnEntry>", "is no XML: line 1"),
        (b"<html></html>", "neither SDN.XML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><sdnList/>', "document type"),
        ("<sdnList/>".encode("utf-16"), "not UTF-8"),
    ],
)
def test_what_is_no_list_of_ofac_says_why(data: bytes, words: str) -> None:
    with pytest.raises(BadList, match=words):
        read_list(data, "ofac", NO_CHAINS)


def test_our_own_rows_name_line_and_field() -> None:
    columns = "address,chain,kind,name,until,confidence,code_hash"
    text = f"{columns}\n{A},ethereum,issuer,Made Up,2027-01-01,0.5,0x{'11' * 32}\n{B},,mixer,,,,\n"
    found = read_list(text.encode(), "csv", CHAINS)
    first, second = found.labels
    assert (first.chain_id, first.confidence, first.code_hash) == (1, Decimal("0.5"), b"\x11" * 32)
    assert (first.until is not None, second.chain_id, second.kind) == (True, None, "mixer")
    for row, words in {
        f"{A},nowhere,issuer": "line 2: chain", f"{A[:-1]},1,issuer": "line 2: address", f"{A},1,friend": "line 2: kind"
    }.items():  # fmt: skip
        with pytest.raises(BadList, match=words):
            read_list(f"address,chain,kind\n{row}\n".encode(), "csv", CHAINS)
    document = json.dumps({"version": "7", "labels": [{"domain": "EVIL.example", "kind": "phishing"}]}).encode()
    found = read_list(document, shape_of(document), NO_CHAINS)
    assert (found.version, found.labels[0].address) == ("7", "evil.example")


def test_goplus_says_one_and_what_it_leaves_out_is_unknown() -> None:
    said = {A: {"phishing_activities": "1", "mixer": "0", "buy_tax": "0.05"}, B: {"buy_tax": "0.1"}, "no": {}}
    data = json.dumps({"code": 1, "result": said}).encode()
    found = read_list(data, shape_of(data), NO_CHAINS, chain=1)
    assert [(each.address, each.kind, each.chain_id) for each in found.labels] == [(A, "phishing", 1)]
    assert (found.is_opinion, found.passed) == (True, 2)


def test_forta_takes_labels_back() -> None:
    rows = [
        {"label": {"entity": A, "label": "scammer-eoa", "confidence": 0.9}, "source": {"chainId": 1}},
        {"label": {"entity": B, "label": "phish-hack", "confidence": 1}},
        {"label": {"entity": B, "label": "phish-hack", "remove": True}},
        {"label": {"entity": C, "label": "contract"}},
    ]
    data = json.dumps({"data": {"labels": {"labels": rows}}}).encode()
    found = read_list(data, shape_of(data), NO_CHAINS)
    assert [(each.address, each.kind, each.chain_id) for each in found.labels] == [(A, "drainer", 1)]
    assert (found.labels[0].confidence, found.passed) == (Decimal("0.9"), 1)


def test_lists_of_pages_are_read_as_the_detector_has_them() -> None:
    data = json.dumps(
        {"version": 2, "tolerance": 1, "fuzzylist": ["x.io"], "whitelist": ["a.io"], "blacklist": ["B.io", ""]}
    )
    found = read_list(data.encode(), shape_of(data.encode()), NO_CHAINS)
    assert ([each.address for each in found.labels], found.version, found.passed) == (["b.io"], "2", 1)
