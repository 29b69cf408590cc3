"""The neutral JSON in pieces: whatever the size of a piece, it is what a parser of the whole text reads."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from premium.errors import InvalidInput
from premium.tax.document import window
from premium.tax.document.files import read_document, read_documents
from premium.tax.document.rows import count_of

pytestmark = pytest.mark.unit
ROWS: list[Any] = [
    {"id": "ä]", "amount": 1.50, "lots": [{"lot": "b}", "amount": "2"}, {"lot": 3}], "note": 'a\\"}, {]'},
    12,
    -0.5e10,
    "x" * 300,
    [],
    {},
    None,
    {"deep": {"er": [[1], [2, {"z": "\u20ac"}]]}},
]


@pytest.fixture(params=[1, 3, 7, 64])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "PIECE", request.param)


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "in.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(source: str) -> dict[str, Any]:
    document = read_document(source)
    rows = document["transactions"]
    assert list(rows) == list(rows), "every pass reads them anew"
    return {**document, "transactions": list(rows)}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_any_size_of_piece_gives_the_same_rows(tmp_path: Path, indent: int | None, mark: str) -> None:
    rows = ROWS * 3
    Random(1).shuffle(rows)
    wanted = json.loads(json.dumps({"a": ["]"], "transactions": rows, "b": [{}]}), parse_float=str, parse_int=str)
    text = json.dumps({"a": ["]"], "transactions": rows, "b": [{}]}, indent=indent, ensure_ascii=False)
    assert read(written(tmp_path, mark + text + "\n")) == wanted
    bare = json.dumps(rows, indent=indent, ensure_ascii=False)
    assert read(written(tmp_path, mark + bare))["transactions"] == wanted["transactions"]


def test_a_list_as_the_last_member_does_not_hide_those_before_it(tmp_path: Path) -> None:
    text = '{"transactions": [{"id": "a"}], "jurisdiction": "DE", "wallets": [{"name": "hot"}]}'
    document = read(written(tmp_path, text))
    assert (document["jurisdiction"], document["transactions"]) == ("DE", [{"id": "a"}])


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"transactions": [\n{"id": "a"},\n{"id": tru}]}', 3, "Expecting value"),
        ('[{"id": "a"}\n {"id": "b"}]', 2, "expected ,"),
        ('[{"id": "a"},\n{"id": "b', 2, "Unterminated string"),
        ("[1],\n", 1, "something follows the document"),
        ('{"transactions": [],\n"a" 1}', 2, "expected :"),
    ],
)
def test_what_is_broken_is_told_by_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as caught:
        read(written(tmp_path, text))
    assert caught.value.details == {"line": line}


@pytest.mark.usefixtures("small")
def test_a_byte_that_is_no_text_is_told_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(b'[{"id": "\xc3\xa4' + b" " * 90 + b'\xc3"}]')
    with pytest.raises(InvalidInput, match="byte 101"):
        read_document(str(path))


def test_several_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    first, second = tmp_path / "one.json", tmp_path / "two.json"
    first.write_text('[{"id": "a"}]')
    second.write_text('{"transactions": [{"id": "b"}], "jurisdiction": "DE"}')
    document = read_documents([str(first), str(second)])
    assert [row["id"] for row in document["transactions"]] == ["a", "b"]
    assert (document["jurisdiction"], count_of(document)) == ("DE", 0)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "a"}]\n[{"id": "b"}]',
        '[{"id": "a"}] {"id": "b"}, []',
        '{"transactions": [{"id": "a"}]}\n{"transactions": [{"id": "b"}]}',
        '{"transactions": [{"id": "a"}] {"id": "b"}, [] }',
    ],
)
def test_a_second_document_is_no_silence(tmp_path: Path, text: str) -> None:
    """Two files written into one: the rows of the second would be missing from a report without a word."""
    with pytest.raises(InvalidInput, match="not JSON: line"):
        list(read_document(written(tmp_path, text))["transactions"])
