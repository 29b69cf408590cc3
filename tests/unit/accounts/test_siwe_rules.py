"""What a server expects of a message: each rule in its order, the times to the instant, the signature."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.cli.main import main
from premium.siwe.cases import Nonces, UnclearCase, verdict
from premium.siwe.instants import instant
from premium.siwe.message import compose, parse
from premium.siwe.rules import Origin, foreign, wrong_time
from premium.siwe.signatures import WrongSignature, personal_hash, read_signature, signer
from tests.unit.accounts.messages import ADDRESS, KEY, fields, signed
from tests.unit.accounts.test_siwe_message import BARE, TEXT

pytestmark = pytest.mark.unit
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
OURS = (Origin("https", "app.example:8443"), Origin("http", "localhost:3000"))
SIGNATURE = signed(TEXT)


def judged(once: bool = False, **case: Any) -> dict[str, Any]:
    return verdict({"id": 1, "message": TEXT, **case}, Nonces(once=once))


def code(**case: Any) -> str | None:
    error = judged(**case)["error"]
    return error and error["code"]


@settings(deadline=None, max_examples=60)
@given(fields(), st.binary(min_size=32, max_size=32).filter(lambda key: 0 < int.from_bytes(key) < ORDER))
def test_what_a_wallet_signed_is_recovered(given_fields: dict[str, Any], key: bytes) -> None:
    text = compose({**given_fields, "address": Account.from_key(key).address}).text()
    assert signer(personal_hash(text), read_signature(signed(text, key.hex()))) == Account.from_key(key).address


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 64), st.integers(1, 255))
def test_any_changed_byte_of_a_signature_is_refused(at: int, by: int) -> None:
    raw = bytearray(read_signature(SIGNATURE))
    raw[at] ^= by
    if at == 64 and raw[64] % 27 == read_signature(SIGNATURE)[64] % 27 and raw[64] in (0, 1, 27, 28):
        return  # v is 0 or 27 for one thing
    assert not judged(signature=f"0x{raw.hex()}")["valid"]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(TEXT) - 1), st.characters(max_codepoint=0x17F))
def test_any_changed_byte_of_a_signed_message_is_refused(at: int, put: str) -> None:
    changed = TEXT[:at] + put + TEXT[at + 1 :]
    assert judged(message=changed, signature=SIGNATURE)["valid"] == (changed == TEXT)


def _parts(raw: bytes) -> tuple[int, int, int]:
    return int.from_bytes(raw[:32]), int.from_bytes(raw[32:64]), raw[64]


def _made(r: int, s: int, v: int) -> str:
    return f"0x{r:064x}{s:064x}{v:02x}"


def test_v_and_the_twin_with_a_high_s() -> None:
    r, s, v = _parts(read_signature(SIGNATURE))
    assert judged(signature=_made(r, s, v - 27))["valid"]
    assert judged(signature=_made(r, ORDER - s, 55 - v))["valid"], "the twin is spent with the nonce"
    assert judged(signature=SIGNATURE.upper().replace("0X", "0x"))["valid"]
    assert code(signature=_made(r, s, 55 - v)) == "signer"


@pytest.mark.parametrize(
    "signature",
    [
        _made(0, 1, 27), _made(1, 0, 27), _made(ORDER, 1, 27), _made(1, ORDER, 28), _made(1, 1, 29), _made(1, 1, 2),
        "0x", "", SIGNATURE[:-2], SIGNATURE + "00", SIGNATURE[:-1], SIGNATURE[2:], SIGNATURE[:-1] + "g",
        "0x" + " " * 130,
    ],
)  # fmt: skip
def test_what_is_no_signature(signature: str) -> None:
    assert code(signature=signature) == "signature"
    if signature.startswith("0x") and len(signature) % 2 == 0 and signature[2:].isalnum() and "g" not in signature:
        with pytest.raises(WrongSignature):
            signer(personal_hash(TEXT), read_signature(signature))


def test_the_first_rule_that_fails_is_named() -> None:
    wrong: dict[str, Any] = {
        "domain": "other.example", "scheme": "http", "uri": "https://x", "chain_id": 1, "nonce": "another1",
        "time": "2025-10-17T10:05:00Z",
    }  # fmt: skip
    order = ["domain", "scheme", "uri", "chainId", "nonce", "expirationTime", "signature"]
    named = []
    for name in [*wrong, None]:
        error = judged(signature=_made(1, 1, 27), check=wrong)["error"]
        named.append(error["field"])
        wrong.pop(name, None)
    assert named == order


def test_times_to_the_instant() -> None:
    message = parse(TEXT)
    begins, ends = instant("2025-10-17T07:59:00Z"), instant("2025-10-17T10:05:00Z")
    least = Decimal("1e-18")
    assert wrong_time(message, begins, judge_issue=False) is None
    assert (failure := wrong_time(message, begins - least, judge_issue=False))
    assert failure.code == "not_yet_valid"
    assert wrong_time(message, ends - least, judge_issue=False) is None
    assert (failure := wrong_time(message, ends, judge_issue=False))
    assert failure.code == "expired"
    issued = instant("2025-10-17T10:00:00.5Z")
    assert wrong_time(parse(BARE), issued - 60, judge_issue=True) is None
    assert (failure := wrong_time(parse(BARE), issued - 60 - least, judge_issue=True))
    assert failure.code == "issued_in_future"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"scheme": None}, None),
        ({"scheme": "http"}, "scheme"),
        ({"domain": "app.example"}, "domain"),
        ({"domain": "APP.example:8443"}, "domain"),
        ({"domain": "user@app.example:8443"}, "domain"),
        ({"domain": "app.example.evil.example:8443"}, "domain"),
        ({"uri": "https://app.example/login"}, "uri"),
        ({"uri": "https://app.example:8443@evil.example/"}, "uri"),
        ({"uri": "urn:app.example:8443"}, "uri"),
        ({"chainId": 11}, "chainId"),
    ],
)
def test_a_message_for_another_is_foreign(change: dict[str, Any], field: str | None) -> None:
    failure = foreign(compose({**parse(TEXT).fields(), **change}), OURS, {1, 10})
    assert (failure and failure.field) == field


def test_a_nonce_is_spent_by_the_first_attempt_right_or_wrong() -> None:
    nonces = Nonces(once=True)
    asked = {"message": TEXT, "signature": SIGNATURE}
    assert verdict(asked | {"check": {"domain": "other.example"}}, nonces)["error"]["field"] == "domain"
    assert verdict(asked, nonces)["error"] == {
        "code": "nonce_spent",
        "field": "nonce",
        "message": "nonce was used before",
    }
    unread = Nonces(once=True)
    assert not verdict(asked | {"message": TEXT + "\n"}, unread)["valid"]
    assert verdict(asked, unread)["valid"], "what could not be read spends nothing"
    assert judged(signature=SIGNATURE)["valid"]


@pytest.mark.parametrize(
    "case",
    [
        {"signatures": "0x"}, {"check": {"domains": "x"}}, {"check": []}, {"fields": {}}, {"check": {"time": "now"}},
        {"check": {"chain_id": "x"}}, {"check": {"chain_id": True}}, {"check": {"nonce": 5}}, {"message": None},
    ],
)  # fmt: skip
def test_a_case_that_asks_for_nothing_clear(case: dict[str, Any]) -> None:
    with pytest.raises(UnclearCase):
        judged(**case)


def run(tmp_path: Path, document: object, *options: str, raw: bytes | None = None) -> Result:
    source = tmp_path / "cases.json"
    source.write_bytes(json.dumps(document).encode() if raw is None else raw)
    return CliRunner().invoke(main, ["accounts", "verify-siwe", "--input", str(source), *options])


def test_the_command_answers_in_the_files_own_form(tmp_path: Path) -> None:
    case = {"id": "a", "message": TEXT, "signature": SIGNATURE, "note": "kept", "_x": 1}
    one = json.loads(run(tmp_path, case).output)
    assert one == {"id": "a", "valid": True, "fields": parse(TEXT).fields(), "address": ADDRESS, "error": None}
    assert json.loads(run(tmp_path, [case]).output) == [one]
    bad = {"id": "b", "unknown": 1, "message": TEXT}
    many = json.loads(run(tmp_path, {"cases": [case, case, bad], "source": "x"}, "--once").output)["cases"]
    assert [each.get("valid") for each in many] == [True, False, None]
    assert many[2] == {"id": "b", "error": {"code": "invalid_input", "message": "'unknown' is no key of a case"}}
    unread = json.loads(run(tmp_path, {"id": 3, "message": 5}).output)
    assert unread["error"] == {"code": "malformed", "field": "message", "message": "message is not a text"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "not JSON at line 1, column 2"), (b"\xff", "not UTF-8 at byte 0"), (b"[1]", "case 1 is not an object"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"), (b'{"cases": 1}', "is not a list"), (b'{"a": NaN}', "NaN"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, raw: bytes, said: str) -> None:
    result = run(tmp_path, None, raw=raw)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_file_that_is_nested_too_deeply_is_a_sentence(tmp_path: Path) -> None:
    """In a process of its own: hypothesis raises the limit of this one's recursion."""
    (source := tmp_path / "deep.json").write_bytes(b"[" * 100_000)
    command = [sys.executable, "-m", "premium.cli", "accounts", "verify-siwe", "--input", str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, f"Error: {source}: nested too deeply\n")


def test_verdicts_reach_a_file_or_nothing_does(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run(tmp_path, {"message": TEXT}, "--output", str(out)).exit_code == 0
    assert json.loads(out.read_text())["valid"]
    assert KEY not in out.read_text()
