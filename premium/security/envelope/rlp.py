"""Read and write RLP in its one canonical form; handlers cannot afford a library's import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, Union

Item: TypeAlias = Union[bytes, "list[Item]"]
_MAX_DEPTH = 8


class BadRlp(ValueError):
    """Bytes that are no canonical RLP."""


def decode(data: bytes) -> Item:
    """Return the item that bytes are; BadRlp where they are none, or others follow."""
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise BadRlp(f"{len(data) - end} bytes after the end")
    return item


def _item(data: bytes, at: int, end: int, depth: int) -> tuple[Item, int]:
    if at >= end:
        raise BadRlp(f"the data end at byte {at}")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    is_list = first >= 0xC0
    begin, length = _length(data, at, end, first - (0xC0 if is_list else 0x80))
    if is_list:
        return _list(data, begin, begin + length, depth + 1), begin + length
    if length == 1 and data[begin] < 0x80:
        raise BadRlp(f"byte {at} is written longer than it must be")
    return data[begin : begin + length], begin + length


def _length(data: bytes, at: int, end: int, code: int) -> tuple[int, int]:
    begin, length = at + 1, code
    if code > 55:
        begin += code - 55
        length = int.from_bytes(data[at + 1 : begin])
        if begin > end or data[at + 1] == 0 or length <= 55:
            raise BadRlp(f"the length at byte {at} is written longer than it must be")
    if length > end - begin:
        raise BadRlp(f"{length} bytes are claimed at byte {at}, {end - begin} came")
    return begin, length


def _list(data: bytes, at: int, end: int, depth: int) -> list[Item]:
    if depth > _MAX_DEPTH:
        raise BadRlp(f"lists are deeper than {_MAX_DEPTH}")
    items: list[Item] = []
    while at < end:
        item, at = _item(data, at, end, depth)
        items.append(item)
    return items


def encode(item: Item | Sequence[Item] | int) -> bytes:
    """Return the RLP of bytes, whole numbers and lists of them."""
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8)
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _head(len(item), 0x80) + item
    body = b"".join(encode(each) for each in item)
    return _head(len(body), 0xC0) + body


def _head(length: int, base: int) -> bytes:
    if length <= 55:
        return bytes([base + length])
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([base + 55 + len(size)]) + size
