"""The bytes of a snapshot's row: ids of readings, and amounts by asset and holder.

Numbers have seven bits a byte, the lowest first, a set eighth bit saying that more follow. First how many ids of
readings there are, and each as its distance from the one before; then, to the end, a cell each: the asset's distance
from the one before, the holder, the length (0: held no more; else twice the amount's bytes, and 1 if it is not below
0), and the amount's bytes, the highest first. `portfolio_unpacked` in the database reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Cell = tuple[int, int]
"""An asset's id, and its holder's place in the wallets of the whole row."""


def encode(readings: Iterable[int], cells: Mapping[Cell, int | None]) -> bytes:
    """Return readings' ids and amounts as bytes; the order of neither matters."""
    out, last = bytearray(), 0
    ids = sorted(readings)
    _number(out, len(ids))
    for each in ids:
        _number(out, each - last)
        last = each
    last = 0
    for (asset, holder), units in sorted(cells.items(), key=lambda item: item[0]):
        _number(out, asset - last)
        last = asset
        _number(out, holder)
        if units is None:
            out.append(0)
            continue
        size = (units.bit_length() + 7) // 8
        _number(out, 2 * size + (units >= 0))
        out += abs(units).to_bytes(size, "big")
    return bytes(out)


def decode(packed: bytes) -> tuple[Sequence[int], dict[Cell, int | None]]:
    """Return the ids of readings, rising, and the amounts.

    ValueError where the bytes end too early.
    """
    try:
        return _decode(packed)
    except IndexError as error:
        raise ValueError(f"a packed row of {len(packed)} bytes ends within a number") from error


def _decode(packed: bytes) -> tuple[Sequence[int], dict[Cell, int | None]]:
    many, place = _read(packed, 0)
    readings, cells, last = list[int](), dict[Cell, int | None](), 0
    for _ in range(many):
        step, place = _read(packed, place)
        last += step
        readings.append(last)
    last = 0
    while place < len(packed):
        step, place = _read(packed, place)
        last += step
        holder, place = _read(packed, place)
        wide, place = _read(packed, place)
        end = place + wide // 2
        if end > len(packed):
            raise IndexError(end)
        amount = int.from_bytes(packed[place:end], "big")
        cells[last, holder] = None if not wide else amount if wide % 2 else -amount
        place = end
    return readings, cells


def _number(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _read(packed: bytes, place: int) -> tuple[int, int]:
    byte = packed[place]
    if byte < 128:
        return byte, place + 1
    value, shift = byte & 127, 7
    while True:
        place += 1
        byte = packed[place]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place + 1
        shift += 7
