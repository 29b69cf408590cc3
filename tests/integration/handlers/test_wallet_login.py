"""A wallet logs in over HTTP: nonces, sessions, refresh tokens, logout, and what is refused."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import boto3
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account

from handlers import accounts, authorizer
from handlers.runtime.requests.attempt import attempt_of
from local.evm import Evm
from local.postgres import SUPERUSER
from premium.accounts.credentials.session_tokens import AUDIENCE, ISSUER, signing_key
from premium.accounts.service import Accounts, standing_changed
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.storage.marks import mark_name
from tests.factories.contracts import BUILDS, ROOT, Compiled, compile_sources
from tests.factories.contracts.deployment import deploy
from tests.factories.http import ANONYMOUS, Answer, answer, event
from tests.fixtures.platform import SESSION_KEY
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign, forget
from tests.unit.accounts.messages import ADDRESS, KEY, signed

pytestmark = pytest.mark.integration
PAGE = {"origin": "https://app.example"}
OTHER_KEY = "0x" + "5d" * 32
CHAIN = {
    "name": "test", "title": "t", "chain_id": 31337, "native": {"symbol": "ETH", "decimals": 18},
    "rpc": ["http://127.0.0.1:1"],
}  # fmt: skip


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    chains = json.dumps({"chains": [CHAIN]})
    return variables | {"CHAINS_FILE": chains}


def post(path: str, body: Any, *, token: str | None = None, **parts: Any) -> Answer:
    by = rule(token=token) if token else ANONYMOUS
    return answer(
        accounts.handler(
            event("POST", f"/v1/auth/{path}", by=by | {"address": "203.0.113.7"}, body=body, **parts), None
        )
    )


def written(nonce: str, *, address: str = ADDRESS, domain: str = "app.example", chain: int = 1, **times: Any) -> str:
    now = datetime.now(UTC)
    issued = now + timedelta(seconds=times.pop("ahead", 0))
    lines = [
        f"{domain} wants you to sign in with your Ethereum account:", address, "", "Sign in.", "",
        f"URI: https://{domain}/login", "Version: 1", f"Chain ID: {chain}", f"Nonce: {nonce}",
        f"Issued At: {issued.isoformat().replace('+00:00', 'Z')}",
    ]  # fmt: skip
    lines += [f"{name}: {(now + timedelta(seconds=s)).isoformat()}" for name, s in times.items()]
    return "\n".join(lines)


def nonce(address: str | None = None) -> str:
    made = post("nonce", {"address": address} if address else {})
    assert made.status == 200, made.text
    return str(made.data["nonce"])


def log_in(key: str = KEY, **parts: Any) -> Answer:
    text = written(nonce(), address=Account.from_key(key).address)
    return post("verify-wallet", {"message": text, "signature": signed(text, key), **parts}, headers=PAGE)


def sql(postgres: Databases, statement: str, *values: Any) -> list[Any]:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def verdict(token: str) -> str:
    return str(rule(token=token)["verdict"])


def test_a_wallet_logs_in_and_is_known_again(at: Platform, postgres: Databases) -> None:
    first, again = log_in(), log_in()
    assert (first.status, again.status) == (201, 201), first.text
    assert (first.data["created"], again.data["created"]) == (True, False)
    assert first.data["user"]["id"] == again.data["user"]["id"]
    assert first.data["user"]["externalId"].startswith("own_")
    assert first.data["expiresIn"] == 900
    context = rule(token=first.data["accessToken"])
    assert (context["verdict"], context["userId"], context["tier"]) == ("allow", first.data["user"]["id"], "free")
    shown = through(accounts.handler, "GET", "/v1/auth/session", token=first.data["accessToken"]).data
    assert shown["wallets"] == [{"address": ADDRESS, "kind": "eoa", "chainId": 1, "primary": True}]
    assert (shown["sessionId"], shown["amr"]) == (context["sessionId"], ["wallet"])
    listed = through(accounts.handler, "GET", "/v1/auth/sessions", token=first.data["accessToken"]).data
    assert [each["current"] for each in listed] == [False, True]
    assert listed[0]["ip"] == "203.0.113.7"
    kept = str(sql(postgres, "SELECT refresh_hash::text FROM session_tokens")) + first.text.replace(
        first.data["refreshToken"], ""
    )
    assert first.data["refreshToken"] not in kept


def test_what_a_nonce_comes_with(at: Platform) -> None:
    made = post("nonce", {}, headers={"origin": "http://localhost:3000"}).data
    assert made["domain"] == "localhost:3000"
    assert len(made["nonce"]) == 22
    assert made["nonce"].isalnum()
    ends, begins = (datetime.fromisoformat(made[name]) for name in ("expiresAt", "issuedAt"))
    assert 299 <= (ends - begins).total_seconds() <= 300
    assert post("nonce", {}, headers={"origin": "https://evil.example"}).data["domain"] == "app.example"
    assert post("nonce", {"address": ADDRESS[:-1]}).status == 400


@pytest.mark.parametrize(
    ("change", "rule_", "field"),
    [
        ({"domain": "app.example.evil.example"}, "mismatch", "domain"),
        ({"domain": "app.examp1e"}, "mismatch", "domain"),
        ({"chain": 123456789}, "mismatch", "chainId"),
        ({"Expiration Time": 0}, "expired", "expirationTime"),
        ({"Not Before": 60}, "not_yet_valid", "notBefore"),
        ({"ahead": 90}, "issued_in_future", "issuedAt"),
    ],
)
def test_the_first_rule_that_fails_is_told_and_spends_the_nonce(
    at: Platform, change: dict[str, Any], rule_: str, field: str
) -> None:
    given = nonce()
    wrong = written(given, **change)
    refused = post("verify-wallet", {"message": wrong, "signature": signed(wrong)})
    assert (refused.status, refused.error["details"]["rule"]) == (401, rule_)
    assert field in refused.error["details"]
    right = written(given)
    late = post("verify-wallet", {"message": right, "signature": signed(right)})
    assert late.error["details"]["rule"] == "nonce_spent"


def test_a_message_that_is_none_names_its_line_and_spends_nothing(at: Platform) -> None:
    given = nonce()
    text = written(given)
    refused = post("verify-wallet", {"message": text + "\n", "signature": signed(text)})
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT")
    assert "line 11" in refused.error["message"]
    assert post("verify-wallet", {"message": text, "signature": signed(text)}).status == 201


def test_nonces_of_others_and_made_up_ones(at: Platform) -> None:
    own = written(nonce(Account.from_key(OTHER_KEY).address))
    refused = post("verify-wallet", {"message": own, "signature": signed(own)})
    assert refused.error["details"]["rule"] == "mismatch"
    made_up = written("aBcDeF0123456789abcdef")
    assert (
        post("verify-wallet", {"message": made_up, "signature": signed(made_up)}).error["details"]["rule"]
        == "nonce_spent"
    )


def test_of_two_logins_with_one_nonce_one_succeeds(at: Platform) -> None:
    text = written(nonce())
    body = {"message": text, "signature": signed(text)}
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(lambda _: post("verify-wallet", body).status, range(4)))
    assert statuses == [201, 401, 401, 401]


def test_two_first_logins_at_once_make_one_user(at: Platform, postgres: Databases) -> None:
    texts = [written(nonce()) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda text: post("verify-wallet", {"message": text, "signature": signed(text)}), texts))
    assert {each.status for each in made} == {201}
    assert sum(each.data["created"] for each in made) == 1
    assert sql(postgres, "SELECT count(*) FROM premium_users") == [(1,)]


def test_a_wrong_signature_asks_the_node_and_its_silence_leaves_the_nonce(at: Platform) -> None:
    text = written(nonce(), chain=31337)
    wrong = {"message": text, "signature": signed(text, OTHER_KEY)}
    for _ in range(2):
        refused = post("verify-wallet", wrong)
        assert (refused.status, refused.error["code"]) == (503, "UPSTREAM_UNAVAILABLE"), refused.text
    assert post("verify-wallet", {"message": text, "signature": signed(text)}).status == 201


@pytest.fixture(scope="module")
def compiled() -> dict[str, Compiled]:
    source = ROOT / "tests" / "factories" / "wallets" / "wallets.sol"
    return {each.name: each for each in compile_sources({"w.sol": source.read_text()}, {"one": BUILDS["optimized"]})}


def test_a_contract_wallet_logs_in_on_its_own_chain(
    at: Platform, evm: Evm, compiled: dict[str, Compiled], postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAINS_FILE", json.dumps({"chains": [CHAIN | {"rpc": [evm.url]}]}))
    forget()
    wallet = Account.from_key(KEY).address
    made = deploy(evm, compiled["OwnedWallet"].creation, ("address",), (wallet,))
    text = written(nonce(), address=checksum(made.lower()), chain=31337)
    got = post("verify-wallet", {"message": text, "signature": signed(text)})
    assert got.status == 201, got.text
    shown = through(accounts.handler, "GET", "/v1/auth/session", token=got.data["accessToken"]).data
    assert shown["wallets"] == [
        {"address": checksum(made.lower()), "kind": "contract", "chainId": 31337, "primary": True}
    ]
    text = written(nonce(), address=checksum(made.lower()), chain=31337)
    assert post("verify-wallet", {"message": text, "signature": signed(text, OTHER_KEY)}).status == 401
    sql(postgres, "UPDATE user_wallets SET chain_id = 1")
    text = written(nonce(), address=checksum(made.lower()), chain=31337)
    other = post("verify-wallet", {"message": text, "signature": signed(text)})
    assert (other.status, other.error["details"]["rule"]) == (401, "mismatch"), "another chain's contract"


def test_refresh_tokens_rotate_and_a_late_second_use_ends_the_session(at: Platform, postgres: Databases) -> None:
    first = log_in().data
    second = post("refresh", {"refreshToken": first["refreshToken"]})
    tab = post("refresh", {"refreshToken": first["refreshToken"]})
    assert (second.status, tab.status) == (201, 201), "two tabs at once"
    assert len({first["refreshToken"], second.data["refreshToken"], tab.data["refreshToken"]}) == 3
    assert post("refresh", {"refreshToken": tab.data["refreshToken"]}).status == 201
    sql(postgres, "UPDATE session_tokens SET used_at = used_at - interval '11 seconds' WHERE used_at IS NOT NULL")
    assert verdict(second.data["accessToken"]) == "allow"
    stolen = post("refresh", {"refreshToken": first["refreshToken"]})
    assert (stolen.status, "used before" in stolen.error["message"]) == (401, True)
    assert verdict(second.data["accessToken"]) == "unauthenticated"
    assert post("refresh", {"refreshToken": second.data["refreshToken"]}).status == 401
    assert sql(postgres, "SELECT reason FROM sessions") == [("reuse",)]


@pytest.mark.parametrize("token", ["", "prt_" + "x" * 43, "prt_x", "é" * 40, "pst_" + "x" * 43])
def test_what_is_no_refresh_token(at: Platform, token: str) -> None:
    assert post("refresh", {"refreshToken": token}).status == 401
    assert post("refresh", {}).status == 401


def test_a_refresh_token_that_is_over(at: Platform, postgres: Databases) -> None:
    token = log_in().data["refreshToken"]
    sql(postgres, "UPDATE session_tokens SET expires_at = now() - interval '1 second'")
    assert post("refresh", {"refreshToken": token}).status == 401


def test_the_cookie_is_set_read_and_forgotten_on_our_own_pages_alone(at: Platform) -> None:
    made = log_in(cookie=True)
    assert made.data["refreshToken"] is None
    cookie = made.headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    value = rest.partition(";")[0]
    for attribute in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/v1/auth", "Max-Age=2592000"):
        assert attribute in cookie
    sent = {"cookie": f"theme=dark; {name}={value}"}
    assert post("refresh", {}, headers=sent).status == 403
    assert post("refresh", {}, headers=sent | {"origin": "https://evil.example"}).status == 403
    again = post("refresh", {}, headers=sent | PAGE)
    assert (again.status, again.data["refreshToken"]) == (201, None)
    renewed = again.headers["Set-Cookie"].partition(";")[0]
    assert renewed != f"{name}={value}"
    out = post("logout", {}, headers={"cookie": renewed} | PAGE)
    assert (out.status, out.data["ended"]) == (200, 1)
    assert "Max-Age=0" in out.headers["Set-Cookie"]
    assert verdict(again.data["accessToken"]) == "unauthenticated"
    text = written(nonce())
    foreign = post("verify-wallet", {"message": text, "signature": signed(text), "cookie": True})
    assert foreign.status == 403


def test_logout_ends_one_session_or_all_and_others_sessions_are_not_ours(at: Platform) -> None:
    one, two, three = (log_in().data["accessToken"] for _ in range(3))
    other = log_in(OTHER_KEY).data["accessToken"]
    assert post("logout", {}, token=one).data["ended"] == 1
    assert [verdict(each) for each in (one, two, three)] == ["unauthenticated", "allow", "allow"]
    listed = through(accounts.handler, "GET", "/v1/auth/sessions", token=two).data
    third = next(each["id"] for each in listed if not each["current"])
    assert through(accounts.handler, "DELETE", f"/v1/auth/sessions/{third}", token=other).status == 404
    assert verdict(three) == "allow"
    assert through(accounts.handler, "DELETE", f"/v1/auth/sessions/{third}", token=two).status == 200
    assert verdict(three) == "unauthenticated"
    four = log_in().data["accessToken"]
    assert post("logout", {"everywhere": True}, token=four).data["ended"] == 2
    assert [verdict(each) for each in (two, four, other)] == ["unauthenticated", "unauthenticated", "allow"]
    assert post("logout", {}).status == 401


def forged(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": "own_x", "sid": str(uuid4()), "iat": now, "exp": now + 600}
    return {name: value for name, value in (whole | changes).items() if value is not None}


def test_forged_tokens_open_nothing(at: Platform, sign: Sign) -> None:
    true = log_in().data["accessToken"]
    claims = jwt.decode(true, options={"verify_signature": False})
    own = signing_key(SESSION_KEY)
    assert rule(token=jwt.encode(claims, own, algorithm="ES256"))["verdict"] == "allow"
    public = own.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body, signature = true.split(".")
    none = jwt.encode(claims, None, algorithm="none")  # type: ignore[arg-type] # as an attacker would
    tokens = [
        none, f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA",
        jwt.encode(claims, SESSION_KEY, algorithm="HS256"),
        jwt.encode(claims, generate_private_key(SECP256R1()), algorithm="ES256"),
        jwt.encode(claims | {"sid": str(uuid4())}, own, algorithm="ES256"),
        jwt.encode(claims | {"sub": "own_other"}, own, algorithm="ES256"),
        jwt.encode(claims | {"sid": "x"}, own, algorithm="ES256"),
        jwt.encode(claims | {"sid": 5}, own, algorithm="ES256"),
        jwt.encode(claims | {"aud": "other"}, own, algorithm="ES256"),
        jwt.encode(claims | {"exp": int(time.time()) - 60}, own, algorithm="ES256"),
        jwt.encode(claims | {"iat": int(time.time()) + 600}, own, algorithm="ES256"),
        *(jwt.encode({k: v for k, v in claims.items() if k != name}, own, algorithm="ES256")
          for name in ("iss", "aud", "sub", "sid", "iat", "exp")),
        sign(iss=ISSUER), sign(iss=ISSUER, aud=AUDIENCE, sid=claims["sid"]), sign(sub="own_" + "a" * 32),
        jwt.encode(claims | {"iss": "https://free.example"}, own, algorithm="ES256"),
    ]  # fmt: skip
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
    confused = hmac.digest(pem, f"{header}.{body}".encode(), "sha256")
    tokens.append(f"{header}.{body}.{base64.urlsafe_b64encode(confused).rstrip(b'=').decode()}")
    assert {verdict(each) for each in tokens} == {"unauthenticated"}


def test_a_key_that_is_rotated_in_leaves_open_sessions_alone(at: Platform) -> None:
    before = log_in().data["accessToken"]
    arn = at.settings.require("session_secret_arn")
    new = "another value of the sessions' secret, long enough"
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId=arn, SecretString=json.dumps({"value": new, "previous": SESSION_KEY}))
    try:
        forget()
        after = log_in().data["accessToken"]
        assert [verdict(before), verdict(after)] == ["allow", "allow"]
        client.put_secret_value(SecretId=arn, SecretString=json.dumps({"value": new}))
        forget()
        assert [verdict(before), verdict(after)] == ["unauthenticated", "allow"]
    finally:
        client.put_secret_value(SecretId=arn, SecretString=json.dumps({"value": SESSION_KEY}))


def restrict(at: Platform, user: UUID, postgres: Databases, sign: Sign) -> None:
    sql(postgres, "UPDATE premium_users SET is_restricted = true WHERE id = %s", user)
    standing_changed(at, user)


def upgrade(at: Platform, user: UUID, postgres: Databases, sign: Sign) -> None:
    subject = Accounts.of(at).profile(user).external_id
    rule(token=sign(sub=subject, tier="enterprise", iat=int(time.time()) + 5))


@pytest.mark.parametrize(("change", "seen"), [(restrict, ("forbidden", None)), (upgrade, ("allow", "enterprise"))])
def test_a_change_of_standing_holds_with_the_next_request(
    at: Platform, sign: Sign, postgres: Databases, change: Callable[..., None], seen: tuple[str, str | None]
) -> None:
    """Seen by a process that has known the user for long; another one makes the change."""
    token = sign(sub=f"user_{uuid4().hex[:8]}", tier="pro")
    user = UUID(rule(token=token)["userId"])
    for _ in range(3):
        assert rule(token=token)["tier"] == "pro"
    knows_him = authorizer.gatekeeper()
    authorizer.gatekeeper.cache_clear()
    change(at, user, postgres, sign)
    ruling = knows_him.rule(attempt_of(event("GET", "/v1/x", headers={"authorization": f"Bearer {token}"})))
    assert (ruling.verdict, ruling.principal.tier if ruling.principal else None) == seen
    assert at.redis(2).ttl(mark_name(user)) > 30
    if change is restrict:
        sql(postgres, "UPDATE premium_users SET is_restricted = false WHERE id = %s", user)
        standing_changed(at, user)
        again = knows_him.rule(attempt_of(event("GET", "/v1/x", headers={"authorization": f"Bearer {token}"})))
        assert again.verdict == "allow", "and is taken back as soon"


def test_who_is_known_asks_no_database(at: Platform, sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    own, free = log_in().data["accessToken"], sign()
    for _ in range(2):
        assert [verdict(own), verdict(free)] == ["allow", "allow"]
    database = at.database_at_once
    for name in ("transaction", "as_user"):
        monkeypatch.setattr(database, name, lambda *_, **__: pytest.fail("a known caller needs no look"))
    for _ in range(5):
        assert [verdict(own), verdict(free)] == ["allow", "allow"]


def test_attempts_are_bounded(at: Platform) -> None:
    statuses = [post("nonce", {"address": ADDRESS}).status for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    text = written("aBcDeF0123456789abcdef")
    assert post("verify-wallet", {"message": text, "signature": signed(text)}).status == 429
    others = [post("nonce", {}).status for _ in range(19)]
    assert others == [200] * 18 + [429], "30 an address of a network"


def add_wallet(token: str, key: str) -> Answer:
    text = written(nonce(), address=Account.from_key(key).address)
    body = {"message": text, "signature": signed(text, key)}
    return through(accounts.handler, "POST", "/v1/users/wallets", token=token, body=body)


def test_a_second_wallet_logs_the_same_user_in_until_it_is_removed(at: Platform, postgres: Databases) -> None:
    first = log_in().data
    token, other = first["accessToken"], "0x" + "2e" * 32
    added = add_wallet(token, other)
    assert added.status == 201, added.text
    assert (added.data["primary"], added.data["lastLoginAt"]) == (False, None)
    assert add_wallet(token, other).data["id"] == added.data["id"], "it is there already"
    again = log_in(other)
    assert (again.data["created"], again.data["user"]["id"]) == (False, first["user"]["id"])
    listed = through(accounts.handler, "GET", "/v1/users/wallets", token=token).data
    assert [each["address"] for each in listed] == [ADDRESS, Account.from_key(other).address]
    gone = through(accounts.handler, "DELETE", f"/v1/users/wallets/{listed[0]['id']}", token=token)
    assert (gone.status, gone.data["address"]) == (200, ADDRESS)
    (left,) = through(accounts.handler, "GET", "/v1/users/wallets", token=token).data
    assert (left["address"], left["primary"]) == (Account.from_key(other).address, True)
    profile = through(accounts.handler, "GET", "/v1/users/profile", token=token).data
    assert profile["walletAddress"] == left["address"]
    last = through(accounts.handler, "DELETE", f"/v1/users/wallets/{left['id']}", token=token)
    assert (last.status, last.error["code"]) == (409, "CONFLICT")
    assert log_in().data["user"]["id"] != first["user"]["id"], "a wallet that was removed is a new user's"


def test_anothers_wallet_tells_nothing_of_him(at: Platform, sign: Sign) -> None:
    mine, key = log_in().data, "0x" + "3f" * 32
    theirs = log_in(key).data
    refused = add_wallet(mine["accessToken"], key)
    assert (refused.status, refused.error["code"]) == (409, "CONFLICT")
    assert theirs["user"]["id"] not in refused.text
    (wallet,) = through(accounts.handler, "GET", "/v1/users/wallets", token=theirs["accessToken"]).data
    path = f"/v1/users/wallets/{wallet['id']}"
    assert through(accounts.handler, "DELETE", path, token=mine["accessToken"]).status == 404
    free = sign()
    assert add_wallet(free, "0x" + "4a" * 32).status == 201, "a user of the free platform adds one"
    (own,) = through(accounts.handler, "GET", "/v1/users/wallets", token=free).data
    assert own["primary"]
    assert through(accounts.handler, "DELETE", f"/v1/users/wallets/{own['id']}", token=free).status == 200


def test_a_way_in_is_added_by_who_logged_in_lately_and_by_no_key(at: Platform, sign: Sign) -> None:
    stale = add_wallet(sign(iat=int(time.time()) - 1000), KEY)
    assert (stale.status, set(stale.error["details"])) == (403, {"proof"})
    enterprise = sign(tier="enterprise")
    body = {"name": "bot", "scopes": ["profile:read", "profile:write"]}
    key = through(accounts.handler, "POST", "/v1/users/api-keys", token=enterprise, body=body).data["key"]
    text = written(nonce(), address=ADDRESS)
    body = {"message": text, "signature": signed(text, KEY)}
    assert through(accounts.handler, "POST", "/v1/users/wallets", key=key, body=body).status == 403


def test_of_two_who_add_one_wallet_at_once_one_has_it(at: Platform, sign: Sign) -> None:
    tokens, key = [sign() for _ in range(4)], "0x" + "5b" * 32
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(answer.status for answer in pool.map(lambda token: add_wallet(token, key), tokens))
    assert statuses == [201, 409, 409, 409]
