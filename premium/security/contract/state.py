"""The port through which a scan reads a chain, and decoders of what views return."""

from __future__ import annotations

from typing import Protocol

ADDRESS_BITS = (1 << 160) - 1


class StateReader(Protocol):
    """Reads a chain's state at one block.

    Addresses are `0x` hex; UpstreamUnavailable where no node answers.
    """

    @property
    def block_number(self) -> int:
        """The block of all reads."""
        ...

    def code(self, address: str) -> bytes:
        """Return the runtime code; empty where the address has none."""
        ...

    def storage(self, address: str, slot: int) -> int | None:
        """Return the word in a storage slot; None where nobody has said what stands there."""
        ...

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:
        """Return what the call returns; None where it reverts."""
        ...


def address_of(word: int) -> str:
    """Return the address in the low 160 bits of a word, as `0x` hex."""
    return f"0x{word & ADDRESS_BITS:040x}"


def view_word(reader: StateReader, to: str, selector: int, argument: bytes = b"") -> int | None:
    """Return the first word of a view; None where it reverts or returns less."""
    answer = reader.call(to, selector.to_bytes(4) + argument)
    return int.from_bytes(answer[:32]) if answer is not None and len(answer) >= 32 else None


def view_address(reader: StateReader, to: str, selector: int) -> str | None:
    """Return a view's `address`; None where it returns none."""
    word = view_word(reader, to, selector)
    return address_of(word) if word is not None and word <= ADDRESS_BITS else None


def view_text(reader: StateReader, to: str, selector: int, *, most: int = 64) -> str | None:
    """Return a view's `string` or `bytes32` of at most 64 characters.

    None where it returns none that is text.
    """
    answer = reader.call(to, selector.to_bytes(4)) or b""
    if len(answer) == 32:
        raw = answer.rstrip(b"\0")
    elif len(answer) >= 64 and int.from_bytes(answer[:32]) == 32:
        raw = answer[64 : 64 + min(int.from_bytes(answer[32:64]), 4 * most)]
    else:
        return None
    try:
        return raw.decode()[:most] or None
    except UnicodeDecodeError:
        return None


def view_addresses(reader: StateReader, to: str, selector: int, *, most: int = 64) -> tuple[str, ...]:
    """Return a view's `address[]`; empty where it returns none, or more than `most`."""
    answer = reader.call(to, selector.to_bytes(4))
    if answer is None or len(answer) < 64 or int.from_bytes(answer[:32]) != 32:
        return ()
    count = int.from_bytes(answer[32:64])
    if count > most or len(answer) < 64 + 32 * count:
        return ()
    words = (int.from_bytes(answer[64 + 32 * i : 96 + 32 * i]) for i in range(count))
    return tuple(address_of(word) for word in words)
