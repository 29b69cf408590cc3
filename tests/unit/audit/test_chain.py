"""Chains of audit entries: whatever is removed, changed or put in is found."""

from __future__ import annotations

import os
from datetime import date
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.audit.chain import NOTHING, Chains, Seal, digest, seal, verify

pytestmark = pytest.mark.unit
DAY = date(2026, 11, 29)


def written(chains: Chains, name: str, day: date = DAY) -> dict[str, Any]:
    with chains.place(day.isoformat()) as link:
        item: dict[str, Any] = {"pk": "user", "sk": f"at#{name}", "name": name, **link.fields()}
        item["hash"] = digest(item)
        link.hash = item["hash"]
    return item


def history(lengths: list[int]) -> list[dict[str, Any]]:
    return [
        written(chains, f"{n}-{i}") for n, length in enumerate(lengths) for chains in [Chains()] for i in range(length)
    ]


lengths = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@given(lengths, st.randoms(use_true_random=False))
def test_what_was_written_holds_in_any_order(given: list[int], random: Any) -> None:
    items = history(given)
    random.shuffle(items)
    sealed = seal(DAY, items, NOTHING)
    verdict = verify(DAY, items, sealed)
    assert (verdict.entries, verdict.chains, verdict.problems) == (sum(given), len(given), [])
    assert Seal.of(sealed.document()) == sealed


@given(lengths, st.data())
def test_a_removed_entry_is_found_by_the_seal_and_within_a_chain_without(given: list[int], data: st.DataObject) -> None:
    items = history(given)
    sealed = seal(DAY, items, NOTHING)
    gone = items.pop(data.draw(st.integers(0, len(items) - 1)))
    (problem,) = verify(DAY, items, sealed).problems
    assert problem.startswith("removed: ")
    is_last = not any(item["chain"] == gone["chain"] and item["place"] > gone["place"] for item in items)
    assert bool(verify(DAY, items, None).problems) is not is_last, "only an end leaves no gap"


@given(lengths, st.data(), st.sampled_from(["name", "pk", "sk", "previous"]))
def test_a_changed_entry_is_found(given: list[int], data: st.DataObject, where: str) -> None:
    items = history(given)
    sealed = seal(DAY, items, NOTHING)
    changed = items[data.draw(st.integers(0, len(items) - 1))]
    changed[where] = "another"
    assert any(each.startswith("changed: ") for each in verify(DAY, items, sealed).problems)
    changed["hash"] = digest(changed)  # whoever changes it knows how it is made
    assert verify(DAY, items, sealed).problems


@given(lengths, st.data())
def test_an_entry_that_is_put_in_is_found(given: list[int], data: st.DataObject) -> None:
    items = history(given)
    sealed = seal(DAY, items, NOTHING)
    like = items[data.draw(st.integers(0, len(items) - 1))]
    put_in = {**like, "sk": "at#forged", "name": "forged"}
    put_in["hash"] = digest(put_in)
    assert any(each.startswith("inserted: ") for each in verify(DAY, [*items, put_in], sealed).problems)
    (problem,) = verify(DAY, [*items, *history([2])], sealed).problems
    assert problem.endswith("is none of those that were sealed")


def test_a_chain_that_is_written_anew_does_not_fit_the_seal() -> None:
    items = history([4])
    sealed = seal(DAY, items, NOTHING)
    previous = NOTHING
    for item in items:
        item["previous"] = previous
        item["actor"] = "somebody else"
        item["hash"] = previous = digest(item)
    assert verify(DAY, items, None).problems == []
    assert [each.split(":")[0] for each in verify(DAY, items, sealed).problems] == ["changed"]


def test_after_a_write_that_failed_another_chain_begins() -> None:
    chains = Chains()
    first = written(chains, "first")

    def fails() -> None:
        with chains.place(DAY.isoformat()):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fails()
    after = written(chains, "after")
    assert (after["chain"] != first["chain"], after["place"]) == (True, 0)
    assert verify(DAY, [first, after], None).problems == []


def test_a_day_has_chains_of_its_own() -> None:
    chains = Chains()
    today, tomorrow = written(chains, "today"), written(chains, "tomorrow", date(2026, 11, 30))
    late = written(chains, "late")
    assert tomorrow["place"] == late["place"] == 0
    assert verify(DAY, [today, tomorrow, late], None).entries == 2


def test_threads_share_a_chain_and_children_do_not() -> None:
    chains, items = Chains(), list[dict[str, Any]]()
    threads = [Thread(target=lambda n=n: items.append(written(chains, str(n)))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(item["place"] for item in items) == list(range(20))
    assert verify(DAY, items, None).problems == []
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, written(chains, "of the child")["chain"].encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 100).decode() != items[0]["chain"]
