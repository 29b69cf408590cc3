"""The refusal of a contract, or of a state that no contract can be in."""

from __future__ import annotations

UINT128 = 2**128 - 1
UINT256 = 2**256 - 1


class PoolRefuses(Exception):
    """A pool cannot do what is asked: a code for programs, a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def held(value: int, what: str, most: int = UINT256) -> int:
    """Return what a contract's own type can hold; PoolRefuses for more, as the contract reverts."""
    if value > most:
        raise PoolRefuses("overflow", f"{what}: more than the contract's type can hold")
    return value
