"""What the scan asks of a chain: a port, and answers decoded. All reads of one scan are of one block."""

from __future__ import annotations

from typing import Protocol

ADDRESS_BITS = (1 << 160) - 1


class CodeReader(Protocol):
    """The state at one block. Addresses are `0x` hex; UpstreamUnavailable where no node answers."""

    @property
    def block_number(self) -> int: ...

    def code(self, address: str) -> bytes:
        """Runtime code; empty where the address has none."""
        ...

    def storage(self, address: str, slot: int) -> int: ...

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:
        """What the call returns; None where it reverts."""
        ...


def address_of(word: int) -> str:
    return f"0x{word & ADDRESS_BITS:040x}"


def ask_word(reader: CodeReader, to: str, selector: int, argument: bytes = b"") -> int | None:
    """The first word a view returns; None where it reverts or returns less."""
    answer = reader.call(to, selector.to_bytes(4) + argument)
    return int.from_bytes(answer[:32]) if answer is not None and len(answer) >= 32 else None


def ask_address(reader: CodeReader, to: str, selector: int) -> str | None:
    word = ask_word(reader, to, selector)
    return address_of(word) if word is not None and word <= ADDRESS_BITS else None


def ask_addresses(reader: CodeReader, to: str, selector: int, *, most: int = 64) -> tuple[str, ...]:
    """A view's `address[]`; empty where the answer is none."""
    answer = reader.call(to, selector.to_bytes(4))
    if answer is None or len(answer) < 64 or int.from_bytes(answer[:32]) != 32:
        return ()
    count = int.from_bytes(answer[32:64])
    if count > most or len(answer) < 64 + 32 * count:
        return ()
    words = (int.from_bytes(answer[64 + 32 * i : 96 + 32 * i]) for i in range(count))
    return tuple(address_of(word) for word in words)
