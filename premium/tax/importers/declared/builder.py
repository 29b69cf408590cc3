"""Build a declaration of what is said: TOML that is shipped, or a user's JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from premium.tax.importers.declared.amounts import Amount, amount_of
from premium.tax.importers.declared.declaration import (
    FEES,
    LAYOUT,
    SIDES,
    SINGLE,
    UNIX,
    Declaration,
    Layout,
    Pair,
    Rule,
    Status,
    fold,
    zone_of,
)
from premium.tax.importers.declared.vocabulary import BOUGHT, LEFT, REFUSED, SOLD, TRADED, meaning_of

_MEMBERS = frozenset({
    *LAYOUT, *("fee", "fees", "wallet", "wallet_column", "time", "formats", "words", "zone", "zone_column", "dates"),
    *("kind", "kinds", "rules", "is", "status", "id", "tx_hash", "pair", "assets", "upper", "bare", "symbols", "group"),
    *("notice", "digits", "within"),
})  # fmt: skip
_RULE = frozenset({*LAYOUT, "fee", "fees", "of", "is"})
_WORD = 40
_MOMENT = datetime(2001, 2, 3, 4, 5, 6, 7000, UTC)


class Amiss(ValueError):
    """A member that is not as it should be."""


def declaration_of(
    said: Mapping[str, Any], name: str, known: Iterable[str] = (), rename: Mapping[str, str] | None = None
) -> Declaration:
    """Return a declaration; ValueError names the member that is amiss.

    `known` are the header's columns, `rename` says what a member's column is called in this header.
    """
    reader = _Reader(said, frozenset(known), rename or {})
    reader.refuse_unknown(said, _MEMBERS, "")
    exact, like = reader.rules()
    return Declaration(
        name=name,
        wallet=reader.text("wallet", name),
        wallet_column=reader.column("wallet_column"),
        time=reader.required("time"),
        formats=reader.formats(),
        words=reader.words(),
        zone=zone_of(reader.text("zone", "utc")),
        zone_column=reader.column("zone_column"),
        dates=reader.flag("dates"),
        kind=reader.columns("kind"),
        exact=exact,
        like=like,
        status=tuple(reader.status()),
        id=reader.columns("id"),
        tx_hash=reader.column("tx_hash"),
        pair=reader.pair(),
        assets=reader.texts_by("assets"),
        upper=reader.flag("upper"),
        bare=reader.flag("bare"),
        symbols=reader.texts_by("symbols"),
        digits=reader.texts("digits"),
        within=reader.column("within"),
        group=reader.columns("group"),
        notice=reader.notice(),
    )


class _Reader:
    """Reads the members of one declaration."""

    def __init__(self, said: Mapping[str, Any], known: frozenset[str], rename: Mapping[str, str]) -> None:
        self._said, self._known, self._rename = said, known, rename

    @staticmethod
    def refuse_unknown(said: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        for name in said:
            if name not in known:
                raise Amiss(f"{where}{str(name)[:40]}: not a member; known are {', '.join(sorted(known))}")

    def text(self, name: str, default: str = "", said: Mapping[str, Any] | None = None) -> str:
        value = (self._said if said is None else said).get(name, default)
        if not isinstance(value, str):
            raise Amiss(f"{name}: not a text")
        return value

    def flag(self, name: str) -> bool:
        value = self._said.get(name, False)
        if not isinstance(value, bool):
            raise Amiss(f"{name}: neither true nor false")
        return value

    def texts(self, name: str, said: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        value = (self._said if said is None else said).get(name, ())
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise Amiss(f"{name}: not a text, nor a list of texts")
        return tuple(value)

    def texts_by(self, name: str) -> dict[str, str]:
        value = self._said.get(name, {})
        if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
            raise Amiss(f"{name}: not texts by their names")
        return dict(value)

    def formats(self) -> tuple[str, ...]:
        """The formats of times, each of which can be read by."""
        found = self.texts("formats")
        for each in found:
            if each in UNIX:
                continue
            try:
                datetime.strptime(_MOMENT.strftime(each), each)  # noqa: DTZ007 - whether it can be read by at all
            except (ValueError, re.error, OverflowError, UnicodeError):
                raise Amiss(f"formats: no time can be read by {each[:40]!r}") from None
        return found

    def words(self) -> tuple[tuple[str, str], ...]:
        found = tuple(self.texts_by("words").items())
        if not all(word and len(word) <= _WORD and len(meaning) <= _WORD for word, meaning in found):
            raise Amiss(f"words: empty, or longer than {_WORD} characters")
        return found

    def column(self, name: str, said: Mapping[str, Any] | None = None) -> str:
        return self._named(self.text(name, said=said))

    def columns(self, name: str) -> tuple[str, ...]:
        return tuple(self._named(each) for each in self.texts(name) if each)

    def required(self, name: str) -> tuple[str, ...]:
        found = self.columns(name)
        if not found:
            raise Amiss(f"{name}: missing")
        return found

    def _named(self, column: str) -> str:
        return self._rename.get(column, column)

    def rules(self) -> tuple[dict[str, Rule], tuple[tuple[str, Rule], ...]]:
        """By their words, exact and with `*`.

        Without a column of kinds a single one is of every line.
        """
        own = self._layout(self._said, Layout(), "")
        exact, like = dict[str, Rule](), list[tuple[str, Rule]]()
        for words, rule, where in (*self._kinds(own), *self._own_rules(own)):
            for word in words:
                key = fold(word)
                if key in exact or any(key == pattern for pattern, _ in like):
                    raise Amiss(f"{where}: {word[:40]!r} stands there twice")
                if "*" in key:
                    like.append((key, rule))
                else:
                    exact[key] = rule
        if "is" in self._said:
            like.append(("*", self._rule(self.text("is"), own, "is")))
        if not exact and not like:
            raise Amiss("kinds: missing; say `is` where every line is the same")
        if (exact or len(like) > 1) and not self.columns("kind"):
            raise Amiss("kind: missing: which column do the words stand in?")
        return exact, tuple(like)

    def _kinds(self, own: Layout) -> Iterator[tuple[tuple[str, ...], Rule, str]]:
        """Words by what they mean, of one layout."""
        kinds = self._said.get("kinds", {})
        if not isinstance(kinds, Mapping):
            raise Amiss("kinds: not lists of words by what they mean")
        for text in kinds:
            yield self.texts(text, kinds), self._rule(text, own, f"kinds.{text}"), f"kinds.{text}"

    def _own_rules(self, own: Layout) -> Iterator[tuple[tuple[str, ...], Rule, str]]:
        """Words whose amounts stand elsewhere."""
        rules = self._said.get("rules", ())
        if not isinstance(rules, list | tuple):
            raise Amiss("rules: not a list")
        for place, said in enumerate(rules):
            where = f"rules[{place}]"
            if not isinstance(said, Mapping):
                raise Amiss(f"{where}: not an object")
            self.refuse_unknown(said, _RULE, f"{where}.")
            layout = self._layout(said, own, f"{where}.")
            yield self.texts("of", said), self._rule(self.text("is", said=said), layout, where), where

    def _rule(self, text: str, layout: Layout, where: str) -> Rule:
        try:
            meaning = meaning_of(text)
        except ValueError as error:
            raise Amiss(f"{where}: {error}") from None
        pair = meaning.word in (BOUGHT, SOLD, TRADED)
        lacking = [name for name in ("base", "quote") if pair and getattr(layout, name) is None]
        if meaning.word == "leg" and not (layout.change or layout.sent or layout.received):
            lacking = ["change"]
        if meaning.word == "leg" and not self._said.get("group"):
            lacking = ["group"]
        silent = meaning.word in (LEFT, REFUSED)
        if not pair and not silent and not any((layout.change, layout.sent, layout.received)):
            lacking = ["change"]
        if meaning.word == "trade" and not (layout.sent and layout.received):
            lacking = ["sent and received"]
        if lacking:
            raise Amiss(f"{where}: a {meaning.word} needs {' and '.join(lacking)}")
        return Rule(meaning=meaning, layout=layout)

    def _layout(self, said: Mapping[str, Any], own: Layout, where: str) -> Layout:
        """The amounts that a rule names; those of the declaration where it names none of a side."""
        found: dict[str, Any] = {}
        for name in SINGLE:
            found[name] = self._amount(self.text(name, said=said), f"{where}{name}") if said.get(name) else None
        for name in SIDES:
            found[name] = tuple(self._amount(text, f"{where}{name}") for text in self.texts(name, said) if text)
        moved = any(found[name] for name in ("change", *SIDES))
        for name in LAYOUT:
            if name not in said and not (moved and name in ("change", *SIDES)):
                found[name] = getattr(own, name)
        fee = own.fee
        if "fee" in said:
            fee = tuple(self._amount(text, f"{where}fee") for text in self.texts("fee", said) if text)
        fees = self.text("fees", own.fees, said=said)
        if fees not in FEES:
            raise Amiss(f"{where}fees: {fees[:40]!r} is none of {', '.join(FEES)}")
        return Layout(fee=fee, fees=fees, **found)

    def _amount(self, text: str, where: str) -> Amount:
        try:
            found = amount_of(text, self._known | self._rename.keys())
        except ValueError as error:
            raise Amiss(f"{where}: {error}") from None
        terms = tuple(term._replace(column=self._named(term.column)) for term in found.terms)
        return found._replace(terms=terms, asset=self._named(found.asset))

    def status(self) -> Iterator[Status]:
        said = self._said.get("status", ())
        for each in [said] if isinstance(said, Mapping) else said:
            if not isinstance(each, Mapping):
                raise Amiss("status: not an object")
            self.refuse_unknown(each, frozenset({"column", "done", "left"}), "status.")
            left = each.get("left", {})
            if not isinstance(left, Mapping):
                left = dict.fromkeys(self.texts("left", each), "")
            words = ((fold(word), reason) for reason, given in _by_reason(left) for word in given)
            column = self.column("column", each)
            if not column:
                raise Amiss("status.column: missing")
            yield Status(column=column, done=tuple(map(fold, self.texts("done", each))), left=tuple(words))

    def pair(self) -> Pair | None:
        said = self._said.get("pair")
        if said is None:
            return None
        if not isinstance(said, Mapping):
            raise Amiss("pair: not an object")
        self.refuse_unknown(said, frozenset({"column", "split", "quotes", "quote_first", "known", "pattern"}), "pair.")
        split, quotes, pattern = (
            self.text("split", said=said),
            self.texts("quotes", said),
            self.text("pattern", said=said),
        )
        if bool(split) + bool(quotes) + bool(pattern) != 1:
            raise Amiss("pair: needs split or quotes, one of the two")
        known = said.get("known", {})
        if not isinstance(known, Mapping) or not all(isinstance(each, str) for each in known.values()):
            raise Amiss("pair.known: not texts by their names")
        column = self.column("column", said)
        if not column:
            raise Amiss("pair.column: missing")
        first = said.get("quote_first", False) is True
        compiled = re.compile(pattern) if pattern else None
        return Pair(column=column, split=split, quotes=quotes, quote_first=first, pattern=compiled, known=known)

    def notice(self) -> tuple[str, str] | None:
        said = self.texts("notice")
        if len(said) not in (0, 2):
            raise Amiss("notice: not a code and its words")
        return (said[0], said[1]) if said else None


def _by_reason(left: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words by the reason that they are left out for, or words alone."""
    for key, value in left.items():
        if value == "":
            yield f"its status is {key}", (key,)
        elif isinstance(value, str):
            yield key, (value,)
        elif isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            yield key, tuple(value)
        else:
            raise Amiss("status.left: not words, nor words by their reason")
