"""Each provider's request as its documentation has it, checked by a local server in the provider's place."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import boto3
import jwt
import pytest
from botocore.stub import Stubber
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Refused, Throttled, open_client
from premium.notifications.channels.adapter import Adapter
from premium.notifications.channels.email import SesEmails, ses_request
from premium.notifications.channels.guard import Blocked, open_guarded
from premium.notifications.channels.providers import Providers, adapters_of
from premium.notifications.channels.push import SCOPE
from premium.notifications.channels.signature import HEADER, is_signed
from premium.notifications.channels.webhook import Webhooks
from premium.notifications.model import Delivery
from tests.factories.deliveries import delivery
from tests.factories.listener import Listener, Reply, Request, listening

pytestmark = pytest.mark.integration
MAIL = delivery(channel="email", destination="ada@example.org")
PUSH = delivery(channel="push", destination="device:token")
CHAT = delivery(channel="telegram", destination="-10042")


SLACK = delivery(channel="slack", destination="https://hooks.slack.com/services/T0AB/B0CD/x5f2c9a1b7")
DISCORD = delivery(
    channel="discord", destination="https://ptb.discord.com/api/v9/webhooks/100000000000000000/token_of-the_webhook"
)
SMS = delivery(channel="sms", destination="+14155550123")


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def given(private_key: rsa.RSAPrivateKey) -> Callable[[str], Providers]:
    """Every provider at one address."""
    pem = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    def make(url: str) -> Providers:
        return Providers(
            email="sendgrid", email_from="alerts@example.org", sendgrid_key="SG.key", sendgrid_url=url,
            fcm_project="demo", fcm_account="push@demo.example", fcm_key=pem.decode(), fcm_url=url,
            google_token_url=f"{url}/token", telegram_token="1:abc", telegram_url=url, slack_url=url, discord_url=url,
            twilio_account="AC1", twilio_key="SK1", twilio_secret="tw.secret", twilio_from="+15005550006",
            twilio_url=url,
        )  # fmt: skip

    return make


def send(providers: Providers, *deliveries: Delivery) -> None:
    """Through the adapters as the consumer makes them, one after another."""

    async def run() -> None:
        async with open_client() as outside, open_guarded(loopback=True) as guarded:
            adapters = adapters_of(providers, outside=outside, guarded=guarded, loopback=True)
            for each in deliveries:
                await adapters[each.channel].send(each, CircuitBreaker("test"))

    asyncio.run(run())


def answering(status: int) -> Callable[[Request], Reply]:
    """Signs in whoever asks, and answers all else with the status."""

    def reply(request: Request) -> Reply:
        if request.path == "/token":
            return Reply(200, json.dumps({"access_token": "ya29.x", "expires_in": 3600}).encode())
        return Reply(status, b"{}")

    return reply


def test_sendgrid_gets_its_mail(given: Callable[[str], Providers]) -> None:
    with listening(answering(202)) as server:
        send(given(server.url), MAIL)
    (asked,) = server.asked
    assert (asked.path, asked.headers["authorization"]) == ("/v3/mail/send", "Bearer SG.key")
    assert asked.json["personalizations"] == [{"to": [{"email": "ada@example.org"}]}]
    assert (asked.json["from"], asked.json["subject"]) == ({"email": "alerts@example.org"}, "ETH <high>")
    assert [part["type"] for part in asked.json["content"]] == ["text/plain", "text/html"], "in this order, or refused"
    assert asked.json["headers"] == {"X-Premium-Delivery-Id": str(MAIL.id)}


def test_telegram_gets_its_message(given: Callable[[str], Providers]) -> None:
    with listening(answering(200)) as server:
        send(given(server.url), CHAT)
    (asked,) = server.asked
    assert asked.path == "/bot1:abc/sendMessage"
    assert asked.json["chat_id"] == "-10042"
    assert asked.json["text"].startswith("<b>ETH &lt;high&gt;</b>\n")


def test_push_signs_in_once_and_sends(given: Callable[[str], Providers], private_key: rsa.RSAPrivateKey) -> None:
    with listening(answering(200)) as server:
        send(given(server.url), PUSH, PUSH)
        url = server.url
    sign_in, first, second = server.asked
    form = parse_qs(sign_in.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(form["assertion"][0], private_key.public_key(), algorithms=["RS256"], audience=f"{url}/token")
    assert (claims["iss"], claims["scope"], claims["exp"] - claims["iat"]) == ("push@demo.example", SCOPE, 3600)
    assert first.path == second.path == "/v1/projects/demo/messages:send"
    assert first.headers["authorization"] == "Bearer ya29.x"
    message = first.json["message"]
    assert (message["token"], message["notification"]["title"]) == ("device:token", "ETH <high>")
    assert message["data"]["deliveryId"] == str(PUSH.id)


@pytest.mark.parametrize(
    ("made", "status", "error"),
    [
        (MAIL, 400, Refused), (MAIL, 401, UpstreamUnavailable), (MAIL, 429, Throttled),
        (MAIL, 500, UpstreamUnavailable), (CHAT, 400, Refused), (CHAT, 403, Refused), (CHAT, 401, UpstreamUnavailable),
        (CHAT, 429, Throttled), (PUSH, 404, Refused), (PUSH, 400, Refused), (PUSH, 401, UpstreamUnavailable),
        (PUSH, 503, UpstreamUnavailable), (PUSH, 429, Throttled), (SLACK, 404, Refused), (SLACK, 410, Refused),
        (SLACK, 429, Throttled), (SLACK, 302, Refused), (SLACK, 500, UpstreamUnavailable), (DISCORD, 404, Refused),
        (DISCORD, 429, Throttled), (SMS, 400, Refused), (SMS, 401, UpstreamUnavailable), (SMS, 429, Throttled),
    ],
)  # fmt: skip
def test_what_a_provider_answers_decides_whether_to_repeat(
    given: Callable[[str], Providers], made: Delivery, status: int, error: type[UpstreamUnavailable]
) -> None:
    with listening(answering(status)) as server, pytest.raises(UpstreamUnavailable) as raised:
        send(given(server.url), made)
    assert type(raised.value) is error
    assert "1:abc" not in raised.value.message
    assert not any(secret in raised.value.message for secret in ("SG.key", "tw.secret", "x5f2c9a1b7", "token_of"))


def test_push_signs_in_anew_after_a_refused_token(given: Callable[[str], Providers]) -> None:
    with listening(answering(401)) as server:

        async def run() -> None:
            async with open_client() as outside, open_guarded(loopback=True) as guarded:
                push = adapters_of(given(server.url), outside=outside, guarded=guarded, loopback=True)["push"]
                for _ in range(2):
                    with pytest.raises(UpstreamUnavailable):
                        await push.send(PUSH, CircuitBreaker("test"))

        asyncio.run(run())
    assert [request.path for request in server.asked].count("/token") == 2


def test_slack_gets_plain_text_at_its_own_host(given: Callable[[str], Providers]) -> None:
    with listening(lambda _: Reply(200, b"ok")) as server:
        send(given(server.url), SLACK)
    (asked,) = server.asked
    assert asked.path == "/services/T0AB/B0CD/x5f2c9a1b7"
    header, section = asked.json["blocks"]
    assert (header["type"], header["text"]["type"], header["text"]["text"]) == ("header", "plain_text", "ETH <high>")
    assert (section["text"]["type"], section["text"]["text"]) == ("plain_text", SLACK.text)
    assert asked.json["text"] == "ETH &lt;high&gt;: ETH &lt;b&gt;&amp; &lt;script&gt;  x"


def test_discord_gets_an_embed_that_mentions_nobody(given: Callable[[str], Providers]) -> None:
    made = DISCORD.model_copy(update={"text": "@everyone **now** [x](https://evil.example) <@1>"})
    with listening(lambda _: Reply(200, b"{}")) as server:
        send(given(server.url), made)
    (asked,) = server.asked
    assert asked.path == "/api/webhooks/100000000000000000/token_of-the_webhook?wait=true"
    (embed,) = asked.json["embeds"]
    assert embed["description"].startswith("\\@everyone \\*\\*now\\*\\* \\[x\\]\\(")
    assert asked.json["allowed_mentions"] == {"parse": []}


def test_discord_says_when_its_webhook_takes_the_next_one(given: Callable[[str], Providers]) -> None:
    headers = (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset-After", "1.25"))

    async def run(url: str) -> float | None:
        async with open_client() as outside:
            adapters = adapters_of(given(url), outside=outside, guarded=outside, loopback=True)
            return await adapters["discord"].send(DISCORD, CircuitBreaker("discord"))

    with listening(lambda _: Reply(200, b"{}", headers)) as server:
        assert asyncio.run(run(server.url)) == 1.25


def test_twilio_gets_its_form(given: Callable[[str], Providers]) -> None:
    with listening(lambda _: Reply(201, b"{}")) as server:
        send(given(server.url), SMS)
        send(given(server.url).model_copy(update={"twilio_key": "", "twilio_from": "MG1"}), SMS)
    asked, by_service = server.asked
    assert asked.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"SK1:tw.secret").decode()
    form = parse_qs(asked.body.decode())
    assert form == {"To": ["+14155550123"], "From": ["+15005550006"], "Body": [SMS.text]}
    assert by_service.headers["authorization"] == "Basic " + base64.b64encode(b"AC1:tw.secret").decode()
    assert parse_qs(by_service.body.decode())["MessagingServiceSid"] == ["MG1"]


def test_sms_is_off_without_a_key(given: Callable[[str], Providers]) -> None:
    for missing in ("twilio_account", "twilio_secret", "twilio_from"):
        made = adapters_of(
            given("http://x").model_copy(update={missing: ""}),
            outside=open_client(),
            guarded=open_client(),
            loopback=True,
        )
        assert "sms" not in made
        assert {"slack", "discord"} <= made.keys()


def ses(answers: Callable[[Stubber], None]) -> None:
    """One mail by SES; botocore checks the request against the service's own model."""
    client = boto3.client("sesv2", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        answers(stub)
        asyncio.run(SesEmails(client, "alerts@example.org").send(MAIL, CircuitBreaker("ses")))


def test_ses_gets_its_mail() -> None:
    ses(lambda stub: stub.add_response("send_email", {"MessageId": "m1"}, ses_request(MAIL, "alerts@example.org")))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("MessageRejected", Refused),
        ("BadRequestException", Refused),
        ("TooManyRequestsException", Throttled),
        ("SendingPausedException", UpstreamUnavailable),
        ("InternalServiceErrorException", UpstreamUnavailable),
    ],
)
def test_what_ses_answers_decides_whether_to_repeat(code: str, error: type[UpstreamUnavailable]) -> None:
    with pytest.raises(UpstreamUnavailable) as raised:
        ses(lambda stub: stub.add_client_error("send_email", code))
    assert type(raised.value) is error


def hook(server: Listener, *, loopback: bool = True, **changes: Any) -> None:
    made = delivery(destination=f"{server.url}/hook?a=b", **changes)

    async def run() -> None:
        async with open_guarded(loopback=loopback) as client:
            adapter: Adapter = Webhooks(client, loopback=loopback)
            await adapter.send(made, CircuitBreaker("test"))

    asyncio.run(run())


def test_a_webhook_is_signed_and_named() -> None:
    with listening() as server:
        hook(server)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/hook?a=b")
    assert is_signed("whsec_" + "s" * 32, asked.headers[HEADER.lower()], asked.body, now=int(time.time()))
    assert asked.headers["x-premium-delivery-id"] == asked.json["deliveryId"]
    assert (asked.json["type"], asked.json["event"]["asset"]) == ("alert", "ETH")
    assert abs(int(asked.headers["x-premium-timestamp"]) - time.time()) < 60


@pytest.mark.parametrize(
    ("status", "error"),
    [(301, Refused), (307, Refused), (400, Refused), (404, Refused), (410, Refused),
     (408, UpstreamUnavailable), (429, Throttled), (500, UpstreamUnavailable), (503, UpstreamUnavailable)],
)  # fmt: skip
def test_what_a_webhook_answers_decides_whether_to_repeat(status: int, error: type[UpstreamUnavailable]) -> None:
    with listening(lambda _: Reply(status, headers=(("Location", "http://127.0.0.1:1/"),))) as server:
        with pytest.raises(UpstreamUnavailable) as raised:
            hook(server)
        assert (type(raised.value), len(server.asked)) == (error, 1)


def test_an_answer_without_end_or_packed_is_not_read_to_its_end() -> None:
    bomb = base64.b64decode("H4sIAAAAAAAAA+3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA")
    body = bomb + b"\0" * 30_000_000
    with listening(lambda _: Reply(200, body, (("Content-Encoding", "gzip"),))) as server:
        started = time.monotonic()
        hook(server)
    assert time.monotonic() - started < 2


def test_a_deployed_stage_reaches_no_server_of_this_machine() -> None:
    with listening() as server, pytest.raises(Blocked):
        hook(server, loopback=False)
    assert server.asked == []
