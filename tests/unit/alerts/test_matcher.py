"""The index is the same as plain evaluation, for any rules, events, batches and changes in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.alerts.language.rule import parse
from premium.alerts.matcher.matcher import Matcher
from tests.unit.alerts.reference import Reference, in_order, stateless

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESS = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
NUMBERS = ["0.1", "0.10", 0.1, "0.1000000000000000055511151231257827", 100, "100", "1e2", "0x64", "99.99", "100.01",
           "100.000000000000000001", "1e30", str(10**30), str(10**30 + 1), "-5", "1e400", "2e400"]  # fmt: skip
UNREADABLE = [None, "", "NaN", "Infinity", float("nan"), True, [], {}, "1_0", " 1", "1\n", "0x", "abc", "1,2"]
CHAINS, ASSETS = [*["ethereum"] * 8, "base"], [*["ETH"] * 8, "eth", "0x64"]
TIMES = [0, 0, 1, 2, 3, 300, 599, 600, 601, 602, 1200, 1300, 2500, 4000]
TYPES = ["whale", *["price"] * 5, "gas", "protocol_risk"]
ADDRESSES = [ADDRESS, ADDRESS.lower(), "0x" + "1" * 40]
SEVERITIES = ["low", "HIGH", "critical", 2]
KINDS = {
    "whale": ("transfer", {"amount": NUMBERS, "amount_usd": NUMBERS, "from": ADDRESSES, "to": ADDRESSES}),
    "price": ("price", {"price_usd": NUMBERS, "change_pct_1h": NUMBERS}),
    "gas": ("gas", {"gas_gwei": NUMBERS}),
    "protocol_risk": ("protocol", {"tvl_usd": NUMBERS, "severity": SEVERITIES, "risk_kind": ["exploit"]}),
}  # fmt: skip
TEXT = {"chain": CHAINS, "asset": ASSETS, "protocol": ["aave", "curve"]}
IN_KIND = {
    "whale": ("chain", "asset"),
    "price": ("chain", "asset"),
    "gas": ("chain",),
    "protocol_risk": ("chain", "protocol"),
}
ORDERED = {"amount", "amount_usd", "price_usd", "change_pct_1h", "gas_gwei", "tvl_usd", "severity"}


@st.composite
def rule_strategy(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(TYPES))
    fields = KINDS[kind][1] | {name: TEXT[name] for name in IN_KIND[kind]} | {"extra.deep": [*NUMBERS, "word"]}
    conditions = []
    for name in draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=3)):
        operator = draw(st.sampled_from(["gt", "gte", "lt", "lte", "eq"] if name in ORDERED else ["eq"]))
        value = draw(st.sampled_from([one for one in fields[name] if "e400" not in str(one)]))
        conditions.append({"field": name, "operator": operator, "value": value})
    return {
        "id": draw(st.sampled_from([f"r{number}" for number in range(6)])), "type": kind, "conditions": conditions,
        "actions": [], "trigger": draw(st.sampled_from([None, "edge", "level"])),
        "cooldown_seconds": draw(st.sampled_from([0, 0, 60])),
        "hysteresis": draw(st.sampled_from([None, None, "0.5", 10])),
    }  # fmt: skip


@st.composite
def event_strategy(draw: st.DrawFn) -> dict[str, Any]:
    kind, numbers = KINDS[draw(st.sampled_from(TYPES))]
    rule_type = next(name for name, (one, _) in KINDS.items() if one == kind)
    event: dict[str, Any] = {"kind": kind, "event_id": "e"}
    for name, choices in (numbers | {name: TEXT[name] for name in IN_KIND[rule_type]}).items():
        event[name] = draw(st.sampled_from(choices * (8 if name in TEXT else 3) + UNREADABLE))
    event["extra"] = draw(st.sampled_from([None, {"deep": "100"}, {"deep": "word"}, {"deep": 0.1}]))
    at = START + timedelta(seconds=draw(st.sampled_from(TIMES)))
    event["timestamp"] = draw(st.sampled_from([at.isoformat(), at.strftime("%Y-%m-%dT%H:%M:%SZ"), int(at.timestamp())]))
    return event


@settings(max_examples=100, deadline=None)
@given(st.lists(rule_strategy(), max_size=8, unique_by=lambda one: one["id"]), st.lists(event_strategy(), max_size=20))
def test_stateless_matching_is_plain_evaluation(raw: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    rules = [rule for one in raw if (rule := parse(one, strict=False)) is not None]
    matcher = Matcher(rules, stateless=True)
    places, slots = matcher.match(events)
    assert set(zip(places.tolist(), matcher.ids(slots), strict=True)) == stateless(rules, events)


STEP = st.one_of(
    st.tuples(st.just("put"), rule_strategy()),
    st.tuples(st.just("drop"), st.sampled_from([f"r{number}" for number in range(6)])),
    st.tuples(st.just("events"), st.lists(event_strategy(), min_size=1, max_size=12)),
)


class Standing:
    """What a matcher's rules have fired, as its answers and corrections tell it: rules and numbers of events."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.fired: set[tuple[str, int]] = set()
        self._numbers: dict[str, int] = {}

    def match(self, events: list[dict[str, Any]]) -> None:
        first = len(self._numbers)
        self._numbers |= {event["event_id"]: first + at for at, event in enumerate(events)}
        places, slots = self.matcher.match(events)
        new = {(name, first + at) for at, name in zip(places.tolist(), self.matcher.ids(slots), strict=True)}
        assert len(new) == len(places), "no pair comes twice"
        self.fired |= new
        self.correct()

    def retract(self, events: list[dict[str, Any]]) -> None:
        self.matcher.retract([event | {"event_id": f"back:{event['event_id']}", "retracts": event["event_id"]}
                              for event in events])  # fmt: skip
        self.correct()
        self.forget({self._numbers[event["event_id"]] for event in events})

    def correct(self) -> None:
        for slot, event, fires in self.matcher.corrections.taken():
            pair = str(self.matcher.index.names[slot]), self._numbers[event["event_id"]]
            self.fired = self.fired | {pair} if fires else self.fired - {pair}

    def forget(self, numbers: set[int]) -> None:
        self.fired = {one for one in self.fired if one[1] not in numbers}


def named(events: list[dict[str, Any]], first: int) -> list[dict[str, Any]]:
    """With ids whose order is not that of their arrival."""
    return [event | {"event_id": f"e{(first + at) * 7919 % 1009}"} for at, event in enumerate(events)]


@settings(max_examples=150, deadline=None)
@given(st.lists(rule_strategy(), max_size=5, unique_by=lambda one: one["id"]), st.lists(STEP, max_size=14))
def test_edges_lateness_and_changes_in_the_middle_agree_with_the_reference(
    loaded: list[dict[str, Any]], steps: list[tuple[str, Any]]
) -> None:
    rules = [rule for one in loaded if (rule := parse(one | {"cooldown_seconds": 0}, strict=False)) is not None]
    matcher, reference, count = Matcher(rules), Reference(), 0
    standing = Standing(matcher)
    for rule in rules:
        reference.put(rule)
    for action, value in steps:
        if action == "put":
            # Without a hysteresis, whose state begins with the rule, and not with what came before it.
            rule = parse(value | {"cooldown_seconds": 0, "hysteresis": None}, strict=False)
            assert rule is not None
            matcher.put(rule)
            reference.put(rule)
            standing.fired = {one for one in standing.fired if one[0] != rule.id}
        elif action == "drop":
            matcher.forget(value)
            reference.forget(value)
            standing.fired = {one for one in standing.fired if one[0] != value}
        else:
            events = named(value, count)
            count += len(events)
            standing.match(events)
            for event in events:
                reference.match(event)
            assert standing.fired & reference.standing == standing.fired | reference.standing


def within_a_window(event: dict[str, Any], at: int) -> dict[str, Any]:
    return event | {"timestamp": int(START.timestamp()) + at}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(rule_strategy(), min_size=1, max_size=6, unique_by=lambda one: one["id"]),
    st.lists(st.tuples(event_strategy(), st.sampled_from([0, 0, 1, 2, 3, 50, 59, 60, 61, 300, 599, 600])), max_size=16),
    st.randoms(use_true_random=False),
)
def test_the_outcome_is_the_same_in_whatever_order_events_come(
    raw: list[dict[str, Any]], made: list[tuple[dict[str, Any], int]], random: Any
) -> None:
    """Edges, levels, hystereses and cooldowns; events of one time included; some events are taken back."""
    rules = [rule for one in raw if (rule := parse(one, strict=False)) is not None]
    events = named([within_a_window(*one) for one in made], 0)
    numbers = {event["event_id"]: number for number, event in enumerate(events)}
    gone = {number for number in range(len(events)) if random.random() < 0.2}
    wanted = in_order(rules, {number: event for number, event in enumerate(events) if number not in gone})
    arrivals = [*((number, False) for number in range(len(events))), *((number, True) for number in gone)]
    random.shuffle(arrivals)
    standing, back = Standing(Matcher(rules)), set[int]()
    standing._numbers = dict(numbers)
    while arrivals:
        some, arrivals = arrivals[: (size := random.randint(1, 6))], arrivals[size:]
        # As the judge does: what is taken back first, and what was taken back before it came never counts.
        taken = [events[number] for number, retracts in some if retracts]
        back |= {number for number, retracts in some if retracts}
        standing.retract(taken)
        places, slots = standing.matcher.match(
            fresh := [events[n] for n, retracts in some if not retracts and n not in back]
        )
        standing.fired |= {(name, numbers[fresh[at]["event_id"]])
                           for at, name in zip(places.tolist(), standing.matcher.ids(slots), strict=True)}  # fmt: skip
        standing.correct()
        standing.forget(back)
    assert standing.fired == wanted


@settings(max_examples=100, deadline=None)
@given(st.lists(rule_strategy(), max_size=6), st.integers(0, 6))
def test_the_index_gives_back_the_rules_that_it_was_given(raw: list[dict[str, Any]], loaded: int) -> None:
    rules = [rule for one in raw if (rule := parse(one, strict=False)) is not None]
    first = {rule.id: rule for rule in rules[:loaded]}
    index = Matcher(first.values()).index
    for rule in rules[loaded:]:
        index.put(rule)
    last = first | {rule.id: rule for rule in rules[loaded:]}
    assert {name: index.rule(slot) for name, slot in index.slots.items()} == last
    assert index.edges == {kind: sum(one.edge for one in last.values() if one.kind == kind) for kind in index.kinds}
    for name in last:
        index.remove(name)
    assert [len(index), *index.edges.values(), *index.cooled.values()] == [0] * 9


def test_an_id_that_is_there_twice_is_refused() -> None:
    condition = {"field": "price_usd", "operator": "gt", "value": 1}
    rules = [parse({"id": name, "type": "price", "conditions": [condition]}) for name in ("a", "b", "a")]
    with pytest.raises(ValueError, match="'a' is there twice"):
        Matcher(rule for rule in rules if rule is not None)


@pytest.mark.parametrize(
    ("rule", "series", "mine", "other"),
    [
        ("whale", {"kind": "transfer", "chain": "c", "asset": "A", "amount": "2"}, {"from": "0xaB"}, {"from": "0xCD"}),
        ("protocol_risk", {"kind": "protocol", "protocol": "p", "amount": "2"}, {"risk_kind": "a"}, {"risk_kind": "b"}),
        ("protocol_risk", {"kind": "protocol", "protocol": "p", "amount": "2"}, {"asset": "A"}, {"asset": "B"}),
    ],
)
def test_the_predecessor_of_an_edge_may_be_none_of_the_rules_group(
    rule: str, series: dict[str, Any], mine: dict[str, str], other: dict[str, str]
) -> None:
    conditions = [{"field": name, "operator": "eq", "value": value} for name, value in mine.items()]
    number = {"field": "amount", "operator": "gte", "value": 1}
    made = parse({"id": "r", "type": rule, "conditions": [*conditions, number], "trigger": "edge"}, strict=False)
    assert made is not None
    events = [
        series | who | {"event_id": str(at), "timestamp": f"2026-01-01T00:00:0{at}Z"}
        for at, who in enumerate([other, mine, mine, other, mine])
    ]
    together, one_by_one = Matcher([made]), Matcher([made])
    assert together.match(events)[0].tolist() == [1, 4]
    assert [at for at, event in enumerate(events) if len(one_by_one.match([event])[0])] == [1, 4]


@pytest.mark.parametrize("size", [1, 9])
@pytest.mark.parametrize(
    ("ticks", "fired"),
    [
        # A price of before the firing does not arm the rule again, however late it comes.
        ([(0, 90), (20, 101), (10, 90), (40, 99), (50, 101)], [20]),
        # A firing of before the rule was armed again does not keep the newer level from firing.
        ([(0, 90), (20, 90), (10, 101), (30, 99), (40, 101)], [10, 40]),
        # What is late and has nothing younger that decides is the newest word.
        ([(0, 101), (20, 97), (10, 90), (30, 101)], [0, 30]),
        ([(0, 101), (10, 90), (30, 97), (20, 101), (40, 101)], [0, 20]),
    ],
)
def test_a_rule_is_armed_as_of_the_events_own_time(ticks: list[tuple[int, int]], fired: list[int], size: int) -> None:
    above = {"field": "price_usd", "operator": "gt", "value": 100}
    rule = parse({"id": "r", "type": "price", "conditions": [above], "hysteresis": 5})
    assert rule is not None
    matcher = Matcher([rule])
    events = [
        {"event_id": str(at), "kind": "price", "asset": "A", "price_usd": usd, "timestamp": 1_763_640_000 + at}
        for at, usd in ticks
    ]
    got = []
    for start in range(0, len(events), size):
        places, _ = matcher.match(events[start : start + size])
        got += [ticks[start + place][0] for place in places.tolist()]
    assert got == fired


@pytest.mark.parametrize("size", [1, 9])
def test_a_cooldown_counts_from_every_firing_by_the_events_own_times(size: int) -> None:
    rule = parse({"id": "r", "type": "whale", "conditions": [{"field": "amount", "operator": "gt", "value": 1}],
                  "cooldown_seconds": 60})  # fmt: skip
    assert rule is not None
    times = [1000, 1100, 1030, 1160, 900, 930, 1059, 1161, None]
    events = [{"event_id": str(at), "kind": "transfer", "amount": 2, "timestamp": at} for at in times]
    matcher, got = Matcher([rule]), []
    for start in range(0, len(events), size):
        got += [times[start + place] for place in matcher.match(events[start : start + size])[0].tolist()]
    assert got == [1000, 1100, 1160, 900, None]
