"""Hold what a scan may take for known: labels, code, balances, prices, earlier counterparties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType

from premium.abi.signatures import Signature
from premium.security.knowledge.clones import cloned

NATIVE = "native"
"""Stands for a chain's coin; so do the zero address and 0xeeee… where tokens are named."""
ZERO = "0x" + "0" * 40
_COINS = frozenset({NATIVE, ZERO, "0x" + "e" * 40})
_DELEGATED = bytes.fromhex("ef0100")
HARM = MappingProxyType({"sanctioned": "sanctioned", "mixer": "mixer"})
"""Findings of labels by kind; every other listed kind is a `listed_address`."""
HARMLESS = frozenset({"exchange", "protocol", "issuer", "token", "burn"})
"""Kinds of labels that are no harm: who bears one is known."""
OF_PERSONS = frozenset({"sanctioned", "mixer"})
"""Kinds of labels that say nothing of the code."""
_ALIKE_ENDS, _ALIKE = 3, 8
_EMPTY: Mapping[str, object] = MappingProxyType({})


def coin(token: str) -> str:
    """Return the token, with one name for the chain's coin."""
    return NATIVE if token in _COINS else token


@dataclass(frozen=True)
class Token:
    """A token as it is known: its digits and its price, where they are."""

    symbol: str | None = None
    decimals: int | None = None
    price: Decimal | None = None

    @property
    def shown(self) -> str | None:
        """The symbol, short and without what nobody sees."""
        if self.symbol is None:
            return None
        clean = "".join(c if c.isprintable() and c.isascii() else "?" for c in self.symbol)
        return clean[:64]


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Facts by address in lower case; `shipped` ones were merged in before."""

    contracts: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)
    """Kind of harm by address or domain."""
    code: Mapping[str, bytes | int] = field(default_factory=dict)
    """Code, or its size; 0 says that there is none."""
    behind: Mapping[str, str] = field(default_factory=dict)
    """What a proxy runs, where storage says that."""
    balances: Mapping[str, int] = field(default_factory=dict)
    supplies: Mapping[str, int] = field(default_factory=dict)
    sent_to: frozenset[str] = frozenset()
    tokens: Mapping[str, Token] = field(default_factory=dict)
    abis: Mapping[str, Mapping[bytes, Signature]] = field(default_factory=dict)
    deployed: Mapping[str, int] = field(default_factory=dict)
    libraries: frozenset[str] = frozenset()
    """Contracts made to be called by delegation: the MultiSends of Safe."""
    domains: Mapping[str, str] = field(default_factory=dict)
    """Names of protocols by their own web domain."""
    issuers: frozenset[str] = frozenset()
    """Who is labelled an issuer: their own powers are at most low."""
    time: int | None = None
    signatures: Callable[[bytes], tuple[str, ...]] | None = None
    """Signatures of a selector that operators imported."""

    def named(self, selector: bytes) -> tuple[str, ...]:
        """Return imported signatures of a selector."""
        return self.signatures(selector) if self.signatures is not None else ()

    def is_known(self, address: str | None) -> bool:
        """Whether the address is a labelled protocol, issuer or exchange, and not listed as harm."""
        return address is not None and address in self.contracts and address not in self.listed

    def is_issuer(self, address: str) -> bool:
        """Whether the address is labelled an issuer's, and not listed as harm."""
        return address in self.issuers and address not in self.listed

    def is_token(self, address: str) -> bool:
        """Whether the address is a token that is known."""
        return address in self.tokens and address not in self.listed

    def name(self, address: str) -> str | None:
        """Return a known name."""
        return self.contracts.get(address)

    def has_no_code(self, address: str) -> bool:
        """Whether the address is known for an account, also a delegated one."""
        code = self.code.get(address)
        return code is not None and (not code or self.delegate(address) is not None)

    def has_code(self, address: str) -> bool:
        """Whether the address is known to have code of its own."""
        return address in self.code and not self.has_no_code(address)

    def code_bytes(self, address: str) -> bytes | None:
        """Return the code, None where it is not known."""
        code = self.code.get(address)
        return code if isinstance(code, bytes) and code else None

    def delegate(self, address: str) -> str | None:
        """Return the EIP-7702 delegate of an account."""
        code = self.code.get(address)
        if isinstance(code, bytes) and len(code) == 23 and code.startswith(_DELEGATED):
            return f"0x{code[3:].hex()}"
        return None

    def implementation(self, address: str) -> str:
        """Return the address whose code a proxy runs, else the address itself."""
        return self.behind.get(address) or cloned(self.code_bytes(address) or b"") or address

    def listed_behind(self, address: str) -> str | None:
        """Return the listed contract whose code a proxy runs; None where it runs none.

        Who is sanctioned may use what everybody uses: such labels say nothing of the code.
        """
        runs = self.implementation(address)
        kind = self.listed.get(runs) if runs != address else None
        return None if kind is None or kind in OF_PERSONS or kind in HARMLESS else runs

    def token(self, token: str) -> Token | None:
        """Return what is known of a token or of the coin."""
        found = self.tokens.get(token)
        if found is None and token in _COINS:
            found = next((self.tokens[each] for each in sorted(_COINS) if each in self.tokens), None)
        return found

    def worth(self, token: str, amount: int) -> Decimal | None:
        """Return dollars of base units; None without a price and digits."""
        found = self.token(token)
        if found is None or found.price is None:
            return None
        decimals = found.decimals if found.decimals is not None else 18 if coin(token) == NATIVE else None
        return None if decimals is None else found.price * Decimal(amount).scaleb(-decimals)

    def unlimited(self, token: str, amount: int) -> bool:
        """Whether an allowance covers the supply, or 2^96 - 1 where that is unknown."""
        return amount >= min(self.supplies.get(token) or (1 << 96) - 1, (1 << 256) - 1) and amount > 0

    @cached_property
    def counterparts(self) -> frozenset[str]:
        """Addresses that others may imitate: earlier counterparties and known contracts."""
        return (self.sent_to | self.contracts.keys() | self.tokens.keys()) - _COINS

    def lookalike(self, address: str) -> str | None:
        """Return the counterparty that an address imitates: eight digits alike over both ends."""
        if address in self.counterparts or address == ZERO:
            return None
        near = self._by_ends.get((address[2:5], address[-3:]), ())
        return next((each for each in near if alike(each, address)), None)

    @cached_property
    def _by_ends(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Counterparts by the digits at both ends that a look-alike must share."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for each in sorted(self.counterparts):
            key = (each[2:5], each[-3:])
            found[key] = (*found.get(key, ()), each)
        return found


def alike(one: str, other: str) -> bool:
    """Tell whether two addresses share three digits at each end, and eight at both together."""
    a, b = one[2:], other[2:]
    head = next((n for n in range(40) if a[n] != b[n]), 40)
    tail = next((n for n in range(40) if a[39 - n] != b[39 - n]), 40)
    return head >= _ALIKE_ENDS and tail >= _ALIKE_ENDS and _ALIKE <= head + tail < 40
