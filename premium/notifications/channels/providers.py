"""Channels of this stage, as one secret sets them up.

What the secret (`NOTIFICATIONS_SECRET_ARN`) does not name is not set up. Webhooks, Slack and Discord need no key.
Addresses of providers are their public ones unless the secret says otherwise. A secret that is changed, by rotation or
by an operator, holds from the next look at it on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import boto3
import httpx
from botocore.config import Config
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, ValidationError

from premium.bootstrap import Platform
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.notifications.channels.adapter import Adapter
from premium.notifications.channels.discord import DiscordMessages
from premium.notifications.channels.email import SendGridEmails, SesClient, SesEmails
from premium.notifications.channels.push import AccessToken, PushMessages
from premium.notifications.channels.slack import SlackMessages
from premium.notifications.channels.sms import TextMessages
from premium.notifications.channels.telegram import TelegramMessages
from premium.notifications.channels.webhook import Webhooks
from premium.notifications.manifest import NotificationSettings
from premium.observability import logger

FOLLOW_SECONDS = 10.0
"""Between two looks at the secret: a key that was refused is the new one before the last repeat."""


class Providers(BaseModel):
    """The secret's fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    email: Literal["ses", "sendgrid"] | None = None
    email_from: str = ""
    sendgrid_key: str = ""
    sendgrid_url: str = "https://api.sendgrid.com"
    fcm_project: str = ""
    fcm_account: str = ""
    """The service account's email address."""
    fcm_key: str = ""
    """Its private key (PEM)."""
    fcm_url: str = "https://fcm.googleapis.com"
    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    telegram_token: str = ""
    telegram_url: str = "https://api.telegram.org"
    slack_url: str = "https://hooks.slack.com"
    discord_url: str = "https://discord.com"
    twilio_account: str = ""
    """The account's SID; without it, its secret and its sender no SMS is sent."""
    twilio_key: str = ""
    """The SID of an API key; without it the secret is the account's token."""
    twilio_secret: str = ""
    twilio_from: str = ""
    """A number, a name, or the SID of a messaging service."""
    twilio_url: str = "https://api.twilio.com"


def providers_of(platform: Platform) -> Providers:
    """Read the providers' secret, none where the stage has none.

    ConfigurationError names a wrong field, never its value.
    """
    arn = platform.settings.of(NotificationSettings).notifications_secret_arn
    if arn is None:
        return Providers()
    try:
        return Providers.model_validate(platform.secrets.renew(arn))
    except ValidationError as error:
        name = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise ConfigurationError(f"the secret {arn}: the field {name!r} is not valid") from None


class Channels(Mapping[str, Adapter]):
    """Adapters by channel, made anew when the secret has changed.

    Attempts under way keep those that they have.
    """

    def __init__(self, read: Callable[[], Providers], make: Callable[[Providers], Mapping[str, Adapter]]) -> None:
        self._read, self._make = read, make
        self._given = read()
        self._adapters = make(self._given)

    def __getitem__(self, channel: str) -> Adapter:
        return self._adapters[channel]

    def __iter__(self) -> Iterator[str]:
        return iter(self._adapters)

    def __len__(self) -> int:
        return len(self._adapters)

    async def follow(self) -> None:
        """For ever; a secret that cannot be read, or is wrong, changes nothing."""
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                self._become(await asyncio.to_thread(self._read))
            except (UpstreamUnavailable, ConfigurationError, ClientError) as error:
                logger.warning("the notification providers stay as they were", reason=str(error))

    def _become(self, given: Providers) -> None:
        if given != self._given:
            self._given, self._adapters = given, self._make(given)
            logger.info("the notification providers have changed", channels=sorted(self._adapters))


def adapters_of(
    given: Providers, *, outside: httpx.AsyncClient, guarded: httpx.AsyncClient, loopback: bool
) -> Mapping[str, Adapter]:
    """By channel. `outside` calls the providers, `guarded` the users' own servers."""
    made: dict[str, Adapter] = {"webhook": Webhooks(guarded, loopback=loopback)}
    if given.email == "ses":
        made["email"] = SesEmails(_ses(), given.email_from)
    elif given.email == "sendgrid":
        made["email"] = SendGridEmails(outside, given.email_from, given.sendgrid_key, given.sendgrid_url)
    if given.fcm_project:
        token = AccessToken(outside, account=given.fcm_account, key=given.fcm_key, url=given.google_token_url)
        made["push"] = PushMessages(outside, token, project=given.fcm_project, base=given.fcm_url)
    made["slack"] = SlackMessages(outside, given.slack_url)
    made["discord"] = DiscordMessages(outside, given.discord_url)
    if given.twilio_account and given.twilio_secret and given.twilio_from:
        made["sms"] = TextMessages(
            outside, account=given.twilio_account, key=given.twilio_key, secret=given.twilio_secret,
            sender=given.twilio_from, base=given.twilio_url,
        )  # fmt: skip
    if given.telegram_token:
        made["telegram"] = TelegramMessages(outside, given.telegram_token, given.telegram_url)
    return made


def _ses() -> SesClient:
    config = Config(connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 1}, max_pool_connections=8)
    client: SesClient = boto3.client("sesv2", config=config)
    return client
