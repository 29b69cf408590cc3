"""Value lines, and say what counts of them and why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce

from premium.money import EXACT, ZERO, divide
from premium.portfolio.totals.asked import Aggregate, HoldingBefore
from premium.portfolio.totals.lines import Line
from premium.portfolio.totals.quotes import Quote, Quotes

_PLACES = Decimal("1E-8")
_ROUNDING = Context(prec=800, rounding=ROUND_HALF_EVEN)
_DOUBTFUL = frozenset({"low_confidence", "too_old", "disputed"})
_JUMP, _NEW_PART = Decimal(10), Decimal("0.2")
_STABLE = "stablecoin"


def dollars(amount: Decimal, usd: Decimal) -> Decimal:
    """Return a value to 8 places, half even."""
    return _ROUNDING.multiply(amount, usd).quantize(_PLACES, context=_ROUNDING)


def total(values: Iterable[Decimal]) -> Decimal:
    """Return an exact sum."""
    return reduce(EXACT.add, values, ZERO)


def signed(usd: Decimal, sign: int) -> Decimal:
    """Return a value with its sign; no digit is rounded."""
    return usd.copy_negate() if sign < 0 and usd else usd


@dataclass(kw_only=True)
class Valued:
    """A line with its price; values are dollars without a sign, a debt's too."""

    line: Line
    quote: Quote
    usd: Decimal | None
    worth: Decimal | None = None
    counts: Decimal = ZERO
    """What enters the total."""
    rest: Decimal = ZERO
    """What is in doubt of it."""
    most: Decimal | None = ZERO
    """What it might be worth beside what counts; None is open."""
    why: str | None = None

    @property
    def sign(self) -> int:
        """-1 for a debt."""
        return -1 if self.line.role == "debt" else 1

    @property
    def is_counted(self) -> bool:
        """Whether it enters the total, in part at least."""
        return self.why is None or self.counts > 0

    @property
    def value(self) -> Decimal | None:
        """Signed: what counts, or what it would be worth."""
        value = self.counts if self.is_counted else self.worth
        return None if value is None else signed(value, self.sign)


def value(case: Aggregate, lines: Sequence[Line]) -> list[Valued]:
    """Return the lines with what counts of them."""
    words = {asset: word.usd for asset, word in case.overrides.items() if word.usd is not None}
    quotes = Quotes(case.prices, case.now.at, words)
    found = [_priced(case, line, quotes) for line in lines]
    _hold_back(case, found)
    _thin(found)
    return found


def _priced(case: Aggregate, line: Line, quotes: Quotes) -> Valued:
    quote = quotes.of(line.asset, is_stable=line.category == _STABLE)
    if line.before is not None and line.asset not in quotes:
        quote = _quote_before(line.before)
    made = Valued(line=line, quote=quote, usd=quote.usd, why=_excluded(case, line))
    amount = line.amount
    if amount is not None and quote.usd is not None:
        made.worth = dollars(amount.copy_abs(), quote.usd)
    if made.why is not None:
        return made
    if (
        line.before is not None
        and line.asset not in quotes
        and line.before.counted
        and line.before.value_usd is not None
    ):
        _keep(made, line.before, line.before.value_usd)
    elif amount is None:
        made.why, made.most = "no_scale", None if line.units else ZERO
    elif made.worth is None:
        made.why, made.most = "no_price", None if line.units else ZERO
    elif quote.quality in _DOUBTFUL:
        made.why, made.rest = quote.quality, made.worth
        made.most = dollars(amount.copy_abs(), quote.highest or quote.usd or ZERO)
    else:
        made.counts = made.worth
    return made


def _keep(made: Valued, before: HoldingBefore, usd: Decimal) -> None:
    """Count what the answer before counted."""
    made.counts, made.rest = usd.copy_abs(), before.uncertain_value_usd.copy_abs()
    made.most, made.worth = made.rest, EXACT.add(made.counts, made.rest)
    made.why = before.why if made.rest else None


def _quote_before(row: HoldingBefore) -> Quote:
    """Return the price of the answer before, where there is no other."""
    quality = row.why if row.why in _DOUBTFUL else row.quality or "good"
    if row.price_usd is None or quality == "unknown":
        return Quote(None, "unknown")
    at = row.price_at.told if row.price_at else None
    return Quote(row.price_usd, quality, row.source, at, None, row.price_usd, is_confirmed=True)


def _excluded(case: Aggregate, line: Line) -> str | None:
    """Return why a line does not count, whatever its price.

    The user's word first, then evidence, then what it is.
    """
    word = case.overrides.get(line.asset)
    if word is not None and word.hidden:
        return "hidden"
    said = word.spam if word is not None else None
    is_spam = bool(case.spam.get(line.asset)) if said is None else said
    if is_spam and line.role != "debt":
        return "spam"
    return line.why


def _hold_back(case: Aggregate, found: Sequence[Valued]) -> None:
    """Let a price that jumped, and a large new asset, wait.

    For a second source, or for the next reading.
    """
    before = case.previous
    if before is None:
        return
    old: dict[str, HoldingBefore] = {}
    for row in sorted(before.holdings, key=lambda row: (row.price_usd is not None, row.why is None)):
        old[row.asset] = row
    covered = {(each.wallet, each.chain) for each in before.coverage if each.at is not None}
    covered |= {(row.wallet, row.chain) for row in before.holdings}
    whole = total(each.counts for each in found if each.sign > 0)
    new: defaultdict[str, list[Valued]] = defaultdict(list)
    for each in found:
        line = each.line
        if each.sign < 0 or each.why or each.quote.is_confirmed or line.before:
            continue
        if line.asset in old:
            _jumped(case, each, old[line.asset])
        elif (line.wallet, line.chain) in covered:
            new[line.asset].append(each)
    for rows in new.values():
        if total(each.counts for each in rows) > EXACT.multiply(whole, _NEW_PART):
            for each in rows:
                each.rest = each.most = each.counts
                each.counts, each.why = ZERO, "held_back"


def _jumped(case: Aggregate, each: Valued, row: HoldingBefore) -> None:
    """Count a price that rose tenfold within an hour at the former one.

    The next reading confirms it, unless it rose tenfold again since.
    """
    former, amount, last = row.price_usd, each.line.amount, case.previous.now if case.previous else None
    since = row.price_at or row.as_of or last
    late = since is not None and case.now.at - since.at > timedelta(seconds=case.jump_seconds)
    if not former or row.why not in (None, "held_back") or each.usd is None or amount is None or late:
        return
    if each.usd >= EXACT.multiply(_pending(row, former), _JUMP):
        counts = dollars(amount.copy_abs(), former)
        each.rest = each.most = EXACT.subtract(each.counts, counts)
        each.usd, each.counts, each.why = former, counts, "held_back"


def _pending(row: HoldingBefore, former: Decimal) -> Decimal:
    """Return the price that a line before waits for to be confirmed.

    Its former one where it waits for none.
    """
    counted = (row.value_usd or ZERO).copy_abs()
    if row.why is None or not row.counted or not counted:
        return former
    return divide(EXACT.multiply(former, EXACT.add(counted, row.uncertain_value_usd.copy_abs())), counted)


def _thin(found: Sequence[Valued]) -> None:
    """Count of an asset no more than lies behind its price, the largest holding first."""
    by_asset: defaultdict[str, list[Valued]] = defaultdict(list)
    for each in found:
        if each.sign > 0 and each.quote.depth is not None and each.counts > 0:
            by_asset[each.line.asset].append(each)
    for rows in by_asset.values():
        left = (rows[0].quote.depth or ZERO).quantize(_PLACES, context=_ROUNDING)
        for each in sorted(rows, key=lambda each: (each.counts.copy_negate(), each.line.key, each.line.position or "")):
            taken = min(each.counts, left)
            left = EXACT.subtract(left, taken)
            if taken < each.counts:
                over = EXACT.subtract(each.counts, taken)
                each.rest = EXACT.add(each.rest, over)
                each.most = None if each.most is None else EXACT.add(each.most, over)
                each.counts, each.why = taken, each.why or "thin"
