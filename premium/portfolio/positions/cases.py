"""Answer the kinds of case of `premium portfolio positions`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from premium.amm import constant_product, exits
from premium.amm.errors import PoolRefuses, held
from premium.amm.pools import SolidlyPool, V2Pool, V3Pool, WeightedPool
from premium.amm.position_cases import state
from premium.cases import Case, CaseError, Kind, digits, read_case, sentence_of
from premium.money import plain
from premium.portfolio.positions import loans, nested
from premium.portfolio.positions.asked import V3, Lending, Lp, Nested, Owed, Staked, Supplied, Vault
from premium.portfolio.positions.worth import Amount, summed, written

_ROOT = Context(prec=90, Emax=10**6, Emin=-(10**6))
_OFF_MARKET = Fraction(2, 100)
_QUANTITY = (("total_assets", "shares"), ("pool", "lp_amount"), ("rate", "amount"))
"""What tells a token's kind, and the field that takes the amount held of it."""


def _v3_amounts(case: V3) -> list[Amount]:
    found = state(case)
    return [(case.token0, int(found["amount0"])), (case.token1, int(found["amount1"]))]


def _v3(case: V3) -> Mapping[str, Any]:
    found = state(case)
    answer = found | written(case, _v3_amounts(case))
    if "fees" in found:
        fees = list(zip((case.token0, case.token1), map(int, found["fees"]), strict=True))
        usd, _ = case.worth(fees)
        answer["fees_value_usd"] = None if usd is None else plain(usd)
    return answer


def _owed(rows: Iterable[Owed]) -> list[tuple[str, int]]:
    """Return the amounts with their interest."""
    found = list[tuple[str, int]]()
    for row in rows:
        units = loans.grown(row.scaled or 0, row.index or 0) if row.amount is None else row.amount
        found.append((row.token, held(units, row.token[:80])))
    return found


def _lending_amounts(case: Lending) -> list[Amount]:
    return [*_owed(case.supplied), *((token, -units) for token, units in _owed(case.borrowed))]


def _lending(case: Lending) -> Mapping[str, Any]:
    supplied, borrowed = _owed(case.supplied), _owed(case.borrowed)
    answer = written(case, _lending_amounts(case))
    why = dict(answer.pop("why", {}))
    answer["net_value_usd"] = answer["value_usd"]
    if "value_usd" in why:
        why["net_value_usd"] = why["value_usd"]
    answer |= {
        name: [{"token": token, "amount": str(units)} for token, units in rows]
        for name, rows in (("supplied", supplied), ("borrowed", borrowed))
    }
    lacking = _lacking(case, [*supplied, *borrowed])
    if lacking:
        names = ("collateral_base", "debt_base", "health_factor")
        return answer | dict.fromkeys(names) | {"why": why | dict.fromkeys(names, lacking)}
    secured = _secured(case, supplied, borrowed)
    why |= {} if secured["health_factor"] else {"health_factor": "there is no debt"}
    return answer | secured | ({"why": why} if why else {})


def _lacking(case: Lending, rows: Iterable[tuple[str, int]]) -> str | None:
    for token, _ in rows:
        if token not in (case.base_prices or {}):
            return f"no base price of {token}"
        if token not in case.token_decimals:
            return f"no decimals of {token}"
    return None


def _secured(
    case: Lending, supplied: Sequence[tuple[str, int]], borrowed: Sequence[tuple[str, int]]
) -> dict[str, str | None]:
    def base(token: str, units: int) -> int:
        return loans.in_base(units, (case.base_prices or {})[token], case.token_decimals[token])

    def threshold(row: Supplied) -> int:
        return 0 if row.collateral is False else row.liquidation_threshold_bps or 0

    parts = [
        loans.Part(base=base(token, units), threshold_bps=threshold(row))
        for row, (token, units) in zip(case.supplied, supplied, strict=True)
    ]
    total, mean = loans.collateral(parts)
    debt = sum(base(token, units) for token, units in borrowed)
    factor = loans.health_factor(total, mean, debt)
    return {
        "collateral_base": str(total),
        "debt_base": str(debt),
        "health_factor": None if factor is None else plain(Decimal(factor).scaleb(-18, _ROOT)),
    }


def _vault_amounts(case: Vault) -> list[Amount]:
    """By OpenZeppelin's ERC-4626, whose virtual share and asset keep the first depositor honest."""
    supply = held(case.total_supply + 10**case.decimals_offset, "total_supply")
    assets = case.shares * held(case.total_assets + 1, "total_assets") // supply
    return [(case.token, held(assets * (10_000 - case.fee_bps) // 10_000, "shares"))]


def _vault(case: Vault) -> Mapping[str, Any]:
    amounts = _vault_amounts(case)
    return {"assets": str(amounts[0][1])} | written(case, amounts)


def _staked_amounts(case: Staked) -> list[Amount]:
    times, over = (case.scale, case.rate) if case.divide else (case.rate, case.scale)
    return [(case.token, held(case.amount * times // over, "amount"))]


def _staked(case: Staked) -> Mapping[str, Any]:
    amounts = _staked_amounts(case)
    return {"underlying": str(amounts[0][1])} | written(case, amounts)


def _lp_amounts(case: Lp) -> list[Amount]:
    pool, shares, supply = case.pool, case.lp_amount, case.total_supply
    if isinstance(pool, V3Pool):
        raise CaseError("no_shares", "pool: a v3 pool has no shares; give the position, with tick_lower")
    if isinstance(pool, V2Pool | SolidlyPool):
        reserves = (pool.reserve0, pool.reserve1)
        paid = constant_product.burned(reserves, shares, _supply(case))
        return list(zip((pool.token0, pool.token1), paid if all(paid) else (0, 0), strict=True))
    if isinstance(pool, WeightedPool) or pool.variant == "balancer":
        scaling = pool.scaling if isinstance(pool, WeightedPool) else pool.rates
        parts = exits.balancer(pool.balances, scaling or [exits.ONE] * len(pool.tokens), shares, supply)
    else:
        leave = exits.curve_crypto if pool.variant == "curve_crypto" else exits.curve
        parts = leave(pool.balances, shares, supply)
    return list(zip(pool.tokens, parts, strict=True))


def _supply(case: Lp) -> int:
    """Return the supply at burning: of a pair of Uniswap's with the protocol's fee due."""
    pool, k_last = case.pool, case.k_last or 0
    if not isinstance(pool, V2Pool) or case.fee_on is False:
        return case.total_supply
    return constant_product.supply_after_fee((pool.reserve0, pool.reserve1), case.total_supply, k_last)


def _lp(case: Lp) -> Mapping[str, Any]:
    if not isinstance(case.pool, V2Pool) and (case.k_last is not None or case.fee_on is not None):
        raise CaseError("invalid_field", "k_last, fee_on: of v2 pools alone")
    amounts = _lp_amounts(case)
    answer = written(case, amounts)
    if case.lp_amount and not any(units for _, units in amounts):
        answer["why"] = answer.get("why", {}) | {"amounts": "so few shares pay nothing of a token"}
    return answer | (_fair(case, case.pool) if isinstance(case.pool, V2Pool) else {})


def _fair(case: Lp, pool: V2Pool) -> dict[str, Any]:
    """Return the value that no trade changes, and whether the price is off."""
    tokens = (pool.token0, pool.token1)
    if not all(token in case.prices and token in case.token_decimals for token in tokens):
        return {}
    first, second = (Fraction(case.prices[token]) / 10 ** case.token_decimals[token] for token in tokens)
    reserves = (pool.reserve0, pool.reserve1)
    share = Fraction(case.lp_amount, _supply(case))
    squared = constant_product.fair_value_squared(reserves, (first, second), share)
    root = _ROOT.sqrt(_ROOT.divide(Decimal(squared.numerator), Decimal(squared.denominator)))
    off = constant_product.off_market(reserves, (first, second))
    return {"fair_value_usd": digits(root), "off_market": None if off is None else abs(off) > _OFF_MARKET}


def _nested(case: Nested) -> Mapping[str, Any]:
    legs = [(leg.token, leg.amount) for leg in case.legs]
    found = nested.leaves(legs, case.tokens, _content)
    rows = [{"token": leaf.token, "amount": str(leaf.amount), "path": list(leaf.path)} for leaf in found]
    return {"leaves": rows} | written(case, [(leaf.token, leaf.amount) for leaf in found])


def _content(token: str, stated: Mapping[str, Any], amount: int) -> tuple[list[tuple[str, int]], nested.Tokens]:
    """Return what an amount of a token stands for, by the token's case.

    Where the case asks for a quantity it is the amount; else it is of `total_supply` units, without it of one.
    """
    place = f"tokens.{token[:80]}"
    field = next((field for mark, field in _QUANTITY if mark in stated), None)
    supply = 1
    if field is not None:
        stated = {**stated, field: abs(amount)}
    else:
        supply = _whole_supply(stated, place)
        stated = {key: value for key, value in stated.items() if key != "total_supply"}
    try:
        kind, read = read_case(stated, {}, KINDS)
        paid = summed(AMOUNTS[kind.name](read))
    except ValidationError as error:
        raise CaseError("invalid_field", f"{place}.{sentence_of(error)}") from None
    except PoolRefuses as error:
        raise CaseError(error.code, f"{place}.{error.message}") from None
    except CaseError as error:
        raise CaseError(error.code, f"{place}: {error.message}") from None
    sign = 1 if amount >= 0 else -1
    parts = [(inner, sign * units if field is not None else units * amount // supply) for inner, units in paid]
    return _named(parts, place), read.tokens if isinstance(read, Nested) else {}


def _named(parts: Sequence[Amount], place: str) -> list[tuple[str, int]]:
    found = [(token, units) for token, units in parts if token is not None]
    if len(found) < len(parts):
        raise CaseError("invalid_field", f"{place}.token: is required, to name what it stands for")
    return found


def _whole_supply(stated: Mapping[str, Any], place: str) -> int:
    given = stated.get("total_supply", 1)
    text = str(given)
    if isinstance(given, bool) or not isinstance(given, int | str) or not (text.isascii() and text.isdigit()):
        raise CaseError("invalid_field", f"{place}.total_supply: must be a whole number")
    if len(text) > 78 or not int(text):
        raise CaseError("invalid_field", f"{place}.total_supply: must be greater than 0, and of 78 digits at most")
    return int(text)


def _answered(answer: Callable[[Any], Mapping[str, Any]]) -> Callable[[Any], Mapping[str, Any]]:
    def checked(case: Case) -> Mapping[str, Any]:
        try:
            return answer(case)
        except PoolRefuses as error:
            raise CaseError(error.code, error.message) from None

    return checked


AMOUNTS: Mapping[str, Callable[[Any], list[Amount]]] = {
    "v3_position": _v3_amounts, "lending": _lending_amounts, "vault": _vault_amounts,
    "staked": _staked_amounts, "lp": _lp_amounts, "nested": lambda case: [(leg.token, leg.amount) for leg in case.legs],
}  # fmt: skip
"""What a case of each kind pays; of a nested one the legs, which are opened where they stand."""
KINDS: tuple[Kind, ...] = tuple(
    Kind(name, frozenset(told_by), model, _answered(answer))
    for name, told_by, model, answer in (
        ("v3_position", ("tick_lower",), V3, _v3),
        ("lending", ("supplied",), Lending, _lending),
        ("lending", ("borrowed",), Lending, _lending),
        ("vault", ("shares",), Vault, _vault),
        ("staked", ("rate",), Staked, _staked),
        ("lp", ("pool", "lp_amount"), Lp, _lp),
        ("nested", ("legs",), Nested, _nested),
    )
)
