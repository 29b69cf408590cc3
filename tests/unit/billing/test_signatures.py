"""Verdicts on signatures equal those of the providers' own libraries, on headers and bodies changed in any way."""

from __future__ import annotations

import base64
import os
import random
import time
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from premium.billing.signatures.judge import default_tolerance, judge
from premium.billing.signatures.verdict import Refused
from tests.unit.billing.peers import paddle_header, paddle_takes, stripe_header, stripe_takes

pytestmark = pytest.mark.unit
EXAMPLES = int(os.environ.get("PREMIUM_SIGNATURE_EXAMPLES", "300"))
AT = 1_700_000_000
OLD, NEW = "whsec_old", "pdl_ntfset_new_\u00e9"
BODY = '{"id": "evt_1", "type": "invoice.payment_succeeded", "name": "Zo\u00eb \U0001f600"}'
PEERS = {"stripe": (stripe_header, stripe_takes), "paddle": (paddle_header, paddle_takes)}
Provider = Literal["stripe", "paddle"]
PIECES = [
    "=", ",", ";", " ", "\t", "t", "ts", "v1", "v0", "h1", "h2", "t=", "ts=", "v1=", "h1=", ",v1=", ";h1=", ",t=1",
    ";ts=1", ";;", ",,", "_", "+", "-", "0", "\u0663", "\u00e9", "\x00", "\n", ",v1", ";h1", ",t", ",v0=ab", ";h2=ab",
    "==", "'", '"', ",v1=\u00e9", ";h1=\u00e9", "9" * 30, "1e9", "0x5", ".0",
]  # fmt: skip
NUMBERS = [f" {AT} ", f"+{AT}", "1_700_000_000", f"{AT}.0", f"0{AT}", "", "-5"]


def ours(
    provider: Provider,
    body: bytes,
    header: str | None,
    secrets: list[str],
    *,
    off: float = 0,
    tolerance: int | None = 5,
) -> bool:
    bound = None if tolerance is None else Fraction(tolerance)
    try:
        judge(provider, body, header, secrets, now=Fraction(AT + off), tolerance=bound)
    except Refused:
        return False
    return True


def changed(header: str, draw: random.Random) -> str:
    """Change a header in one of the ways in which headers go wrong."""
    place = draw.randrange(len(header) + 1)
    parts = header.replace(";", ",").split(",")
    mark = ";" if ";" in header else ","
    ways = (
        lambda: header[:place] + draw.choice(PIECES) + header[place:],
        lambda: header[:place] + header[place + 1 :],
        lambda: mark.join(draw.sample(parts, len(parts))),
        lambda: mark.join([*parts, draw.choice(parts)]),
        lambda: mark.join([draw.choice(PIECES), *parts]),
        lambda: header.upper() if draw.random() < 0.5 else header.replace(mark, f"{mark} "),
        lambda: header + mark + f"{'v1' if mark == ',' else 'h1'}={'0' * 64}",
        lambda: header.replace(
            str(AT), draw.choice([f" {AT} ", f"+{AT}", "1_700_000_000", f"{AT}.0", f"0{AT}", "", "-5"])
        ),
        lambda: f" {header} ",
        lambda: header[: place // 2],
    )
    return draw.choice(ways)()


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    provider=st.sampled_from(["stripe", "paddle"]),
    seed=st.integers(0, 2**32),
    changes=st.integers(0, 4),
    signer=st.sampled_from([OLD, NEW, "another"]),
    secrets=st.lists(st.sampled_from([OLD, NEW]), max_size=3),
    off=st.sampled_from([-400, -301, -300, -6, -5.5, -5, 0, 0.5, 5, 5.25, 6, 300, 300.5, 301, 10**6]),
    tolerance=st.sampled_from([None, 0, 5, 300]),
    body_changed=st.booleans(),
)
@example(provider="stripe", seed=0, changes=0, signer=OLD, secrets=[OLD], off=300, tolerance=300, body_changed=False)
@example(provider="paddle", seed=0, changes=0, signer=OLD, secrets=[OLD], off=-5, tolerance=5, body_changed=False)
def test_a_verdict_is_the_librarys(
    *, provider: Provider, seed: int, changes: int, signer: str, secrets: list[str], off: float, tolerance: int | None,
    body_changed: bool,
) -> None:  # fmt: skip
    draw = random.Random(seed)
    sign, takes = PEERS[provider]
    body, header = BODY.encode(), sign(BODY, signer, AT)
    for _ in range(changes):
        header = changed(header, draw)
    if body_changed:
        place = draw.randrange(len(body))
        body = body[:place] + draw.choice([b"", b"\xff", b" ", b"\x00"]) + body[place + draw.choice([0, 1]) :]
    found = ours(provider, body, header, secrets, off=off, tolerance=tolerance)
    assert found == takes(body, header, secrets, AT + off, tolerance), header


TURNS = {
    "stripe": {
        "t={t},v1={s}": True, "v1={s},t={t}": True, "t={t},v1={s}=junk": True, "t={t},v1={s},v1=\u00e9": True,
        "t={t},v1=\u00e9,v1={s}": False, "t={t},t=5,v1={s}": True, "t=5,t={t},v1={s}": False, "t={t},v1={s},t": False,
        "t={t},v1={s},v1": False, "t={t},v1={s},x": True, "t={t},v0={s}": False, "t= {t} ,v1={s}": True,
        "t=+{t},v1={s}": True, "t={t}, v1={s}": False, "T={t},V1={s}": False, "t={t};v1={s}": False,
        ",t={t},v1={s},": True,
        "t={t},v1=,v1={s}": True, "t={t}=5,v1={s}": True, "t=,t={t},v1={s}": False, "t=1_700_000_000,v1={s}": True,
    },
    "paddle": {
        "ts={t};h1={s}": True, "h1={s};ts={t}": True, "ts={t};h1={s}=": False, "ts={t};h1={s};h1=\u00e9": True,
        "ts={t};h1=\u00e9;h1={s}": False, "ts={t};ts=5;h1={s}": False, "ts=5;ts={t};h1={s}": True,
        "ts={t};h1={s};x": True,
        "ts={t};h1={s};x=1": False, "ts={t};h1={s};h2=a": False, "ts= {t} ;h1={s}": True, "ts={t}; h1={s}": False,
        "ts=+{t};h1={s}": True, "ts={t},h1={s}": False, ";ts={t};h1={s};": True, "ts=x;ts={t};h1={s}": True,
        "h1={s}": False,
        "ts={t};h1=;h1={s}": True, "TS={t};H1={s}": False, "ts=1_700_000_000;h1={s}": True, "ts=;h1={s}": False,
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "form", "valid"), [(name, form, ok) for name, forms in TURNS.items() for form, ok in forms.items()]
)
def test_turns_of_a_header_are_taken_as_the_library_takes_them(provider: Provider, form: str, valid: bool) -> None:
    sign, takes = PEERS[provider]
    header = form.format(t=AT, s=sign(BODY, OLD, AT)[-64:])
    assert takes(BODY.encode(), header, [OLD], AT, 5) == valid, "the library"
    assert ours(provider, BODY.encode(), header, [OLD]) == valid


@pytest.mark.parametrize("provider", ["stripe", "paddle"])
def test_bodies_of_any_bytes_that_are_text_may_be_signed(provider: Provider) -> None:
    sign, takes = PEERS[provider]
    for body in ("", "no json", "\ufeff{}", "\x00", "[" * 10_000, "\u2028\U0001f600" * 1000):
        header = sign(body, OLD, AT)
        assert ours(provider, body.encode(), header, [OLD])
        assert takes(body.encode(), header, [OLD], AT, 5)


@pytest.mark.parametrize("provider", ["stripe", "paddle"])
def test_every_secret_is_tried_and_none_is_no_secret(provider: Provider) -> None:
    header = PEERS[provider][0](BODY, NEW, AT)
    assert ours(provider, BODY.encode(), header, ["x", OLD, NEW])
    assert not ours(provider, BODY.encode(), header, [OLD])
    assert not ours(provider, BODY.encode(), header, [])
    for blank in ("", " \n", "\ud800"):
        with pytest.raises(Refused) as raised:
            judge(provider, BODY.encode(), header, [blank], now=None, tolerance=None)
        assert raised.value.code == "no_secret"


def test_an_empty_secret_of_paddle_signs_nothing_though_its_library_takes_it() -> None:
    """A wanted difference: everybody can sign with it."""
    header = paddle_header(BODY, "", AT)
    assert paddle_takes(BODY.encode(), header, [""], AT, 5)
    assert not ours("paddle", BODY.encode(), header, [""])


@pytest.mark.parametrize("header", [None, ""])
@pytest.mark.parametrize("provider", ["stripe", "paddle"])
def test_without_a_header_nothing_is_signed(provider: Provider, header: str | None) -> None:
    with pytest.raises(Refused, match="there is no header"):
        judge(provider, b"", header, [OLD], now=None, tolerance=None)


@pytest.mark.parametrize("value", [" {}", "{} ", "{:S}"])
@pytest.mark.parametrize("provider", ["stripe", "paddle"])
def test_spaces_around_a_signature_and_capitals_in_it_are_not_valid(provider: Provider, value: str) -> None:
    header = PEERS[provider][0](BODY, OLD, AT)
    digest = header[-64:]
    text = digest.upper() if ":S" in value else value.format(digest)
    assert not ours(provider, BODY.encode(), header[:-64] + text, [OLD])


@pytest.mark.parametrize("mark", ["v1", "h1"])
def test_thousands_of_signatures_and_a_large_body_take_one_digest(mark: str) -> None:
    provider: Provider = "stripe" if mark == "v1" else "paddle"
    body = base64.b64encode(os.urandom(192 * 1024))
    sign, separator = PEERS[provider][0], "," if mark == "v1" else ";"
    good = sign(body.decode(), OLD, AT)
    header = good.replace(f"{separator}{mark}=", f"{separator}{mark}=0" * 5_000 + f"{separator}{mark}=")
    started = time.perf_counter()
    assert ours(provider, body, header, [OLD])
    assert time.perf_counter() - started < 0.5


def test_the_tolerances_are_the_libraries_own() -> None:
    assert (default_tolerance("stripe"), default_tolerance("paddle")) == (300, 5)
