"""Answer the cases of `premium portfolio aggregate`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

from premium.case_fields import Instant
from premium.cases import CaseError, Kind
from premium.money import EXACT, ZERO, plain
from premium.portfolio.totals.asked import Aggregate
from premium.portfolio.totals.coverage import Covered, coverage, reads
from premium.portfolio.totals.lines import Held, Laid, Line, lay
from premium.portfolio.totals.shares import shares
from premium.portfolio.totals.valued import Valued, dollars, signed, total, value

_WIDE = Context(prec=400, rounding=ROUND_FLOOR)
_OPEN = frozenset({"unread", "pending", "unsupported"})
_IN_WALLET = "wallet"
_ONE, _DEPEG = Decimal(1), Decimal("0.02")


def aggregated(case: Aggregate, *, explain: bool = False) -> dict[str, Any]:
    """Return the answer of one case."""
    read, errors = reads(case)
    covered = coverage(case, read, errors)
    laid = lay(case, read, covered)
    found = sorted(value(case, laid.lines), key=_order)
    sums = _sums(case, found, laid)
    answer: dict[str, Any] = {
        "now": case.now.told,
        **{name: plain(usd) for name, usd in sums.items()},
        "bounds": _bounds(sums["total_value_usd"], found, covered, laid),
        "complete": _is_complete(covered, found, laid),
        "coverage": [_coverage(each) for each in covered],
        "holdings": [_holding(each) for each in found],
        "positions": _positions(case, laid, found),
        "allocation": _allocation(case, found, laid, sums["assets_usd"]),
        "findings": _findings(laid, found),
    }
    if case.currency is not None:
        rate = Decimal(1) if case.rate is None else case.rate
        answer["in_currency"] = {"currency": case.currency, "rate": plain(rate)} | {
            name.removesuffix("_usd"): plain(dollars(usd, rate)) for name, usd in sums.items()
        }
    return answer | ({"lines": _lines(found)} if explain else {})


def _order(each: Valued) -> tuple[Any, ...]:
    """By value, asset and wallet; what has no value comes last."""
    line, usd = each.line, each.value
    place = line.asset, line.wallet, line.chain, line.position or "", line.role, line.state or ""
    return usd is None, (usd or ZERO).copy_negate(), *place


def _sums(case: Aggregate, found: Iterable[Valued], laid: Laid) -> dict[str, Decimal]:
    rows = list(found)
    assets = total(each.counts for each in rows if each.sign > 0)
    debts = total(each.counts for each in rows if each.sign < 0)
    claimable = [each for each in rows if each.line.state == "claimable"]
    locked = {name for name, held in laid.positions.items() if _is_locked(held, case.now.at)}
    return {
        "total_value_usd": EXACT.subtract(assets, debts),
        "assets_usd": assets,
        "debts_usd": debts,
        "locked_usd": total(each.counts for each in rows if each.sign > 0 and _is_held_back(each.line, locked)),
        **({"claimable_usd": total(each.counts for each in claimable)} if claimable else {}),
        "uncertain_value_usd": total(signed(each.rest, each.sign) for each in rows),
    }


def _is_held_back(line: Line, locked: Collection[str]) -> bool:
    """Tell whether it cannot be had yet: the part itself, or its position by its time."""
    return line.state == "locked" or (line.position in locked and line.state != "claimable")


def _is_locked(held: Held, now: datetime) -> bool:
    return held.locked_until is not None and held.locked_until.at > now


def _bounds(whole: Decimal, found: Sequence[Valued], covered: Iterable[Covered], laid: Laid) -> dict[str, str | None]:
    """In doubt assets count low, debts high; what nothing is known of opens both ends."""
    unread = any(each.status in _OPEN and not each.has_part for each in covered)
    debts = [each.most for each in found if each.sign < 0]
    assets = [each.most for each in found if each.sign > 0]
    low = None if unread or None in debts else EXACT.subtract(whole, total(most for most in debts if most))
    high = None if unread or laid.unread or None in assets else EXACT.add(whole, total(most for most in assets if most))
    return {"low": None if low is None else plain(low), "high": None if high is None else plain(high)}


def _is_complete(covered: Iterable[Covered], found: Iterable[Valued], laid: Laid) -> bool:
    """Tell whether all was read, and each debt has a good price."""
    owed = all(each.why in (None, "hidden", "receipt") or not each.line.units for each in found if each.sign < 0)
    broken = {"unreadable", "circle"} & {str(finding["code"]) for finding in laid.findings}
    return owed and not broken and all(each.status == "fresh" for each in covered)


def _told(at: Instant | None) -> str | int | None:
    return None if at is None else at.told


def _coverage(each: Covered) -> dict[str, Any]:
    return {"wallet": each.wallet, "chain": each.chain, "status": each.status, "at": _told(each.at),
            "block": each.block, "reason": each.reason}  # fmt: skip


def _usd(usd: Decimal | None) -> str | None:
    return None if usd is None else plain(usd)


def _amount(line: Line, without: str = "") -> str | None:
    return None if line.amount is None else plain(line.amount).removeprefix(without)


def _quality(each: Valued) -> str:
    return each.why if each.why in ("thin", "held_back") else each.quote.quality


def _holding(each: Valued) -> dict[str, Any]:
    line = each.line
    return {
        "wallet": line.wallet, "chain": line.chain, "asset": line.asset, "units": str(line.units),
        "amount": _amount(line), "price_usd": _usd(each.usd), "quality": _quality(each), "value_usd": _usd(each.value),
        "counted": each.is_counted, "why": each.why, "position": line.position, "stale": line.stale,
        "as_of": _told(line.as_of), "uncertain_value_usd": plain(signed(each.rest, each.sign)), "role": line.role,
        "decimals": line.decimals, "category": line.category, "source": each.quote.source, "price_at": each.quote.at,
        **_state(line),
    }  # fmt: skip


def _positions(case: Aggregate, laid: Laid, found: Iterable[Valued]) -> list[dict[str, Any]]:
    legs: defaultdict[str, list[Valued]] = defaultdict(list)
    for each in found:
        if each.line.role != "held" and each.line.position is not None:
            legs[each.line.position].append(each)
    rows = list[tuple[Decimal, dict[str, Any]]]()
    for name, held in laid.positions.items():
        mine = legs[name]
        worth = total(signed(each.counts, each.sign) for each in mine)
        row = {"id": name, "wallet": held.wallet, "chain": held.chain, "protocol": held.protocol, "kind": held.kind,
               "receipts": list(held.receipts), "assets": _legs(mine, "asset"), "debts": _legs(mine, "debt"),
               "value_usd": plain(worth), "locked_until": _told(held.locked_until),
               "locked": _is_locked(held, case.now.at), "stale": held.stale, "as_of": _told(held.as_of)}  # fmt: skip
        rows.append((worth, row))
    return [row for _, row in sorted(rows, key=lambda pair: (pair[0].copy_negate(), pair[1]["id"]))]


def _legs(found: Iterable[Valued], role: str) -> list[dict[str, Any]]:
    return [{"asset": each.line.asset, "units": str(abs(each.line.units)), "amount": _amount(each.line, "-"),
             "value_usd": _usd(each.value), "counted": each.is_counted, "why": each.why, **_state(each.line)}
            for each in found if each.line.role == role]  # fmt: skip


def _state(line: Line) -> dict[str, str]:
    return {"state": line.state} if line.state else {}


def _allocation(case: Aggregate, found: Iterable[Valued], laid: Laid, assets: Decimal) -> dict[str, Any]:
    """Return what counts of assets by each of five keys; debts are left out."""
    names: dict[str, str] = {}
    for name, members in sorted(case.identities.items()):
        for asset in members:
            if names.setdefault(asset, name) != name:
                raise CaseError("conflict", f"identities.{name}: {asset[:80]} is one of {names[asset][:80]}, too")
    sums: dict[str, defaultdict[str, Decimal]] = {
        key: defaultdict(Decimal) for key in ("chain", "asset", "category", "protocol", "wallet")
    }
    for each in found:
        if each.sign < 0 or not each.counts:
            continue
        line = each.line
        held = laid.positions.get(line.position or "")
        keys = (line.chain, names.get(line.asset, line.asset), line.category,
                held.protocol if held else _IN_WALLET, line.wallet)  # fmt: skip
        for row, key in zip(sums.values(), keys, strict=True):
            row[key] = EXACT.add(row[key], each.counts)
    return {key: shares(row, assets) for key, row in sums.items()}


def _findings(laid: Laid, found: Iterable[Valued]) -> list[dict[str, str | None]]:
    rows = list(laid.findings)
    for each in found:
        line, text = each.line, None
        if each.sign < 0 and each.why not in (None, "hidden", "receipt") and line.units:
            rows.append(_of_line(line, "debt_without_price", f"{each.why}: the total does not know it"))
        if each.why in ("disputed", "held_back", "thin"):
            text = {"disputed": "sources differ", "held_back": "waits for a second source or the next reading",
                    "thin": "more than lies behind its price"}[each.why]  # fmt: skip
            rows.append(_of_line(line, each.why, text))
        if _is_off(each):
            rows.append(_of_line(line, "depeg", f"trades at {_usd(each.usd)}"))
    return sorted(rows, key=lambda row: [str(row[key]) for key in ("code", "chain", "asset", "wallet", "position")])


def _is_off(each: Valued) -> bool:
    """Tell whether a stablecoin trades more than 2 % from a dollar."""
    if each.line.category != "stablecoin" or each.quote.quality != "good" or each.usd is None or not each.line.units:
        return False
    return EXACT.subtract(each.usd, _ONE).copy_abs() > _DEPEG


def _of_line(line: Line, code: str, text: str) -> dict[str, str | None]:
    return {"code": code, "wallet": line.wallet, "chain": line.chain, "asset": line.asset,
            "position": line.position, "text": text}  # fmt: skip


def _lines(found: Iterable[Valued]) -> list[dict[str, Any]]:
    """Return what adds up to the total.

    What is in doubt of a holding that counts in part stands apart.
    """
    rows = list[dict[str, Any]]()
    for each in found:
        line = each.line
        name = "/".join([line.wallet, line.chain, line.asset, *([line.position] if line.position else [])])
        row = {"figure": "total", "id": name, "sign": each.sign, "units": str(abs(line.units)),
               "decimals": line.decimals, "price_usd": _usd(each.usd), "source": each.quote.source,
               "at": each.quote.at, "block": line.block}  # fmt: skip
        usd = each.value
        rows.append(row | {"value_usd": None if usd is None else plain(usd.copy_abs()), "counted": each.is_counted,
                           "why": each.why})  # fmt: skip
        if each.is_counted and each.rest:
            rows.append(row | {"value_usd": plain(each.rest), "counted": False, "why": each.why})
    return rows


def kinds(*, explain: bool = False) -> tuple[Kind, ...]:
    """Return the one kind of case; `explain` adds the total's lines."""
    return (Kind("aggregate", frozenset(), Aggregate, lambda case: aggregated(case, explain=explain)),)
