"""What cases of fees state: wei and gas, and the rules that hold."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from premium.case_fields import Count, Name, Units
from premium.cases import Case, CaseError, Whole
from premium.chains.fees.model import Fees, Fork
from premium.chains.registry import shipped
from premium.gas.fees.base_fee import BaseFeeRule, carries_rule, rule_of_extra_data
from premium.gas.fees.blobs import BLOB_GAS, FORKS, BlobRule

_HEX_DIGITS = 2
_LONGEST = 200_000
"""Hex digits of a transaction, about what a block takes at most."""

Gas = Annotated[Whole, Field(ge=0, le=2**63 - 1)]
Limit = Annotated[Whole, Field(ge=1, le=2**63 - 1)]
Wei = Units


def _bytes(value: object) -> object:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError("must be hex digits that begin with 0x")
    if len(value) > _LONGEST + _HEX_DIGITS:
        raise ValueError(f"more than {_LONGEST // 2} bytes")
    try:
        return bytes.fromhex(value[2:])
    except ValueError:
        raise ValueError("must be an even number of hex digits after 0x") from None


Hex = Annotated[bytes, BeforeValidator(_bytes)]


class Ruled(Case):
    """A case to which the rules of a chain's base fee apply.

    They are stated, those of a chain, or in the header.
    """

    elasticity: Annotated[Whole, Field(ge=1, le=1_000)] | None = None
    denominator: Annotated[Whole, Field(ge=1, le=2**32 - 1)] | None = None
    floor: Wei | None = None
    extra_data: Hex | None = None
    chain: Name | None = None
    timestamp: Count | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.timestamp is not None and self.chain is None:
            raise ValueError("timestamp: says which parameters of a chain hold; chain is missing")
        stated = [name for name in ("elasticity", "denominator", "floor") if getattr(self, name) is not None]
        other = "extra_data" if self.extra_data is not None else "chain" if self.chain is not None else None
        if stated and other:
            raise ValueError(f"{stated[0]}: {other} says it already; give one of them")
        return self

    def rule(self) -> BaseFeeRule:
        """Return the rule that holds; CaseError where nothing exact is known."""
        if self.chain is not None:
            return self._of_chain(fees_of(self.chain))
        return self._of_header() or BaseFeeRule(self.elasticity or 2, self.denominator or 8, self.floor or 0)

    def _of_chain(self, fees: Fees) -> BaseFeeRule:
        if fees.model == "op_stack" and carries_rule(self.extra_data or b""):
            return self._of_header() or BaseFeeRule()
        held = fees.parameters(LATEST if self.timestamp is None else self.timestamp)
        if fees.model not in ("eip1559", "op_stack"):
            raise CaseError("not_exact", f"chain: only the node of {self.chain} knows its next base fee")
        return BaseFeeRule(held.elasticity, held.denominator, held.floor)

    def _of_header(self) -> BaseFeeRule | None:
        if self.extra_data is None:
            return None
        try:
            return rule_of_extra_data(self.extra_data)
        except ValueError as error:
            raise CaseError("invalid_field", f"extra_data: {error}") from None


LATEST = 2**63
"""A time after every change: without a timestamp the newest parameters hold."""


def fees_of(chain: str) -> Fees:
    """Return how a shipped chain prices gas; CaseError where none is called so."""
    chains = shipped()
    if wrong := chains.unknown(chain):
        raise CaseError("unknown_chain", f"chain: {wrong.partition(': GET')[0]}")
    return chains[chain].fees


class BlobRuled(Case):
    """A case to which a fork's blob parameters apply.

    They are named, stated, or those of a chain at a time.
    """

    fork: Fork | None = None
    target: Units | None = None
    """Blobs; as gas from 131,072 on."""
    max: Units | None = None
    update_fraction: Annotated[Whole, Field(ge=1, le=2**63 - 1)] | None = None
    reserve: bool | None = None
    chain: Name | None = None
    timestamp: Count | None = None

    def rule(self) -> BlobRule:
        """Return the parameters; CaseError where a chain has none then."""
        named = FORKS[self._fork()]
        reserve = named.reserve if self.reserve is None else self.reserve
        target = named.target if self.target is None else _blobs(self.target, "target")
        most = named.most if self.max is None else _blobs(self.max, "max")
        if reserve and self.target is not None and (missing := self._missing()):
            raise CaseError("invalid_field", f"{missing}: is needed where there is a reserve price and target is given")
        if target > most and self.max is not None:
            raise CaseError("invalid_field", f"target: {target} blobs are more than max, {most}")
        return BlobRule(target, most, self.update_fraction or named.update_fraction, reserve=reserve)

    def _missing(self) -> str | None:
        return next((name for name in ("max", "update_fraction") if getattr(self, name) is None), None)

    def _fork(self) -> Fork:
        if self.chain is None or self.fork is not None:
            return self.fork or "cancun"
        found = fees_of(self.chain).fork(LATEST if self.timestamp is None else self.timestamp)
        if found is None:
            raise CaseError("no_blobs", f"chain: {self.chain} carried no blobs then")
        return found


def _blobs(stated: int, name: str) -> int:
    """A number of blobs, also where it is given in gas."""
    if stated < BLOB_GAS:
        return stated
    if stated % BLOB_GAS:
        raise CaseError("invalid_field", f"{name}: {stated} gas are no whole number of blobs")
    return stated // BLOB_GAS
