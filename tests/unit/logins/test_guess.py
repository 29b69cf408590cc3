"""Passwords that are tried first are refused, and good ones are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.logins.strength.guess import LEAST, MOST, spelt, weakness

pytestmark = pytest.mark.unit
EMAIL = "ada.lovelace@example.org"


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password123456!", "P@ssw0rd2024!!", "qwertyuiop123", "zxcvbnmasdfgh", "1qaz2wsx3edc4rfv",
        "iloveyou2024!!", "letmein letmein", "123456789012", "987654321098", "adalovelace1815", "Ada.Lovelace-King",
        "correct battery staple", "summer-dragon-x9", "bitcoinethereum1", "abcdefghijklm", "aaaaaaaaaaaaaaaa",
        "abababababab12", "passwordpasswordpassword", "MonkeyDragon2023!", "839201746253",
    ],
)  # fmt: skip
def test_what_is_tried_first(password: str) -> None:
    assert weakness(password, EMAIL) is not None


@pytest.mark.parametrize(
    "password",
    [
        "purple lantern under the sea", "gQ7vLmTz4Wxn", "7!9$2#K4p_81Xz", "92!7#4$8_13&6z", "MyDogAteTheRugs",
        "zażółć gęślą jaźń", "Tr0ub4dor&3xyz", "добрый вечер моряк",
    ],
)  # fmt: skip
def test_what_is_not(password: str) -> None:
    assert weakness(password, EMAIL) is None


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_is_judged_soon_and_bounds_hold(password: str, email: str) -> None:
    started = time.process_time()
    found = weakness(password, email)
    assert time.process_time() - started < 0.5
    if not LEAST <= len(password) <= MOST:
        assert found == "must have 12 to 128 characters"
    if found is not None and len(password) > 5:
        assert password not in found


def test_two_spellings_of_a_letter_are_one() -> None:
    assert spelt("cafe\u0301 noir a` la") == spelt("caf\u00e9 noir a` la")
