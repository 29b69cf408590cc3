"""Requests and answers of a user's destinations of notifications."""

from __future__ import annotations

from pydantic import Field

from handlers.models.alerts import Destination
from handlers.runtime import Body, View
from premium.alerts.model import Channel

_SLACK, _SLACK_URL = "An incoming webhook of Slack", "https://hooks.slack.com/services/T0000/B0000/x5f2c9a1b7"
_DISCORD = "A webhook of Discord"
_DISCORD_URL = "https://discord.com/api/webhooks/100000000000000000/token_of_the_webhook"
_SMS = "A phone number with its country"
_IMPORTANT = "Channels whose messages are tried for a day where they do not arrive, not for an hour"


class DestinationsBody(Body):
    """A user's destinations."""

    email: Destination | None = Field(
        default=None, description="The profile's address where there is none", examples=["ada@example.org"]
    )
    webhook: Destination | None = Field(
        default=None,
        description="A URL of your own server, called with a signature",
        examples=["https://hooks.example.org/premium"],
    )
    push: Destination | None = Field(
        default=None, description="A device's registration token of Firebase", examples=["fcm-registration-token"]
    )
    telegram: Destination | None = Field(
        default=None, description="The chat's id, or @channel", examples=["@my_alerts"]
    )
    slack: Destination | None = Field(default=None, description=_SLACK, examples=[_SLACK_URL])
    discord: Destination | None = Field(default=None, description=_DISCORD, examples=[_DISCORD_URL])
    sms: Destination | None = Field(default=None, description=_SMS, examples=["+14155550123"])
    important: tuple[Channel, ...] = Field(default=(), max_length=7, description=_IMPORTANT, examples=[["webhook"]])


class DestinationsView(View):
    """A user's destinations."""

    email: str | None = Field(
        default=None, description="The address; the profile's where there is none", examples=["ada@example.org"]
    )
    webhook: str | None = Field(
        default=None,
        description="A URL of your own server, called with a signature",
        examples=["https://hooks.example.org/premium"],
    )
    push: str | None = Field(
        default=None, description="A device's registration token of Firebase", examples=["fcm-registration-token"]
    )
    telegram: str | None = Field(default=None, description="The chat's id, or @channel", examples=["@my_alerts"])
    slack: str | None = Field(default=None, description=_SLACK, examples=[_SLACK_URL])
    discord: str | None = Field(default=None, description=_DISCORD, examples=[_DISCORD_URL])
    sms: str | None = Field(default=None, description=_SMS, examples=["+14155550123"])
    important: tuple[Channel, ...] = Field(description=_IMPORTANT, examples=[["webhook"]])


class KeptDestinationsView(DestinationsView):
    """Destinations that were just kept."""

    signing_secret: str | None = Field(
        description="Of notices to the webhook that are not a rule's; shown once, when it is made",
        examples=["whsec_9f2c…"],
    )

    def remembered(self) -> KeptDestinationsView:
        """Return the answer without its secret, as it is kept for repeated requests."""
        return self.model_copy(update={"signing_secret": None})
