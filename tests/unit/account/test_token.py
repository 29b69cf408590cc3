"""`make token STAGE=…`: the token that the stage's own verifier takes, or a sentence."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY

from cdk_app.account import token
from premium.accounts.credentials.tokens import TokenVerifier
from premium.errors import Unauthenticated
from tests.unit.account.aws import StubbedAccount

pytestmark = pytest.mark.unit
ENTRY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:Jwt12345678-AbCdEf"
HMAC = {"algorithm": "HS256", "key": "k" * 40, "issuer": "https://free.example", "audience": "premium"}
EMPTY = {"provided": "no", "key": "random"}


class Entry:
    """The entry as a process of the stage reads it."""

    def __init__(self, value: dict[str, str]) -> None:
        self.value = value

    def read(self, _arn: str) -> dict[str, str]:
        return self.value

    renew = read


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> StubbedAccount:
    made = StubbedAccount()
    monkeypatch.setattr(token, "Account", lambda _region: made)
    return made


def holds(account: StubbedAccount, value: dict[str, str]) -> None:
    named = [("JwtOther12345678", "other"), ("Jwt12345678", ENTRY)]
    resources = [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": arn,
            "ResourceType": "AWS::SecretsManager::Secret",
            "Timestamp": 0,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for name, arn in named
    ]
    answer = {"StackResources": resources}
    account.stubs["cloudformation"].add_response(
        "describe_stack_resources", answer, {"StackName": "premium-dev-security"}
    )
    account.stubs["secretsmanager"].add_response(
        "get_secret_value", {"SecretString": json.dumps(value)}, {"SecretId": ENTRY}
    )


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip()


def test_a_shared_key_signs(account: StubbedAccount, capsys: pytest.CaptureFixture[str]) -> None:
    holds(account, HMAC)
    assert token.main(["dev", "alice", "--tier", "enterprise"]) == 0
    claims = TokenVerifier(Entry(HMAC), ENTRY).verify(printed(capsys))
    assert (claims.subject, str(claims.tier), claims.roles) == ("alice", "enterprise", frozenset())


def test_an_empty_entry_gets_a_pair_whose_private_half_stays_here(
    account: StubbedAccount, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, put = tmp_path / "dev.pem", dict[str, Any]()
    holds(account, EMPTY)
    vault = account.clients["secretsmanager"]
    vault.meta.events.register("provide-client-params.*.PutSecretValue", lambda params, **_: put.update(params))
    account.stubs["secretsmanager"].add_response("put_secret_value", {}, {"SecretId": ENTRY, "SecretString": ANY})
    assert token.main(["dev", "--new-key", str(file)]) == 0
    secret = json.loads(put["SecretString"])
    assert TokenVerifier(Entry(secret), ENTRY).verify(printed(capsys)).subject == "operator-trial"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE" not in put["SecretString"]
    holds(account, secret)
    assert token.main(["dev", "bob", "--key", str(file)]) == 0
    again = printed(capsys)
    assert TokenVerifier(Entry(secret), ENTRY).verify(again).subject == "bob"
    with pytest.raises(Unauthenticated):
        TokenVerifier(Entry(HMAC), ENTRY).verify(again)


@pytest.mark.parametrize(
    ("value", "options", "sentence"),
    [
        (EMPTY, [], "holds no key yet"),
        (HMAC, ["--new-key", "x.pem"], "holds a key already"),
        ({**HMAC, "algorithm": "RS256", "key": "-----BEGIN PUBLIC KEY-----"}, [], "name the private one"),
        ({**HMAC, "algorithm": "RS256", "key": "a public key"}, ["--key", __file__], "is not the private key"),
        ({**HMAC, "algorithm": "RS256", "key": "a public key"}, ["--key", "/none"], "cannot be read"),
    ],
)
def test_where_there_can_be_none_it_says_why(
    account: StubbedAccount,
    capsys: pytest.CaptureFixture[str],
    value: dict[str, str],
    options: list[str],
    sentence: str,
) -> None:
    holds(account, value)
    assert token.main(["dev", *options]) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""


def test_prod_is_asked_for_twice(account: StubbedAccount, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main(["prod"]) == 1
    assert "--in-prod" in capsys.readouterr().err
    account.used_up()
