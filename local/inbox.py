"""Run the inbox, which stands for the providers of notifications.

What e-mail, push, Telegram, Slack, Discord and SMS are given goes nowhere: it is kept and shown on a page
and by `make inbox`.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.places import ROOT
from local.secrets import write_private
from local.service import QUICK, Service

SENDER = "alerts@premium.local"


class Inbox(Service):
    """The catcher of messages as a neighbour of the stage; they are in `messages.jsonl`."""

    name: ClassVar[str] = "inbox"
    variable: ClassVar[str] = "PREMIUM_INBOX_PORT"
    grace: ClassVar[float] = 3

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def messages(self) -> Path:
        return self.data / "messages.jsonl"

    def command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "local.catcher", str(self.port), self.messages]

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "PYTHONPATH": str(ROOT)}

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=seconds) as answer:  # noqa: S310  # our own http address
                return bool(json.load(answer) == {"inbox": "ok"})
        except (OSError, ValueError):
            return False

    def providers(self) -> dict[str, str]:
        """Return the providers' secret that leads every channel here."""
        return {
            "email": "sendgrid",
            "email_from": SENDER,
            "sendgrid_key": "local",
            "sendgrid_url": f"{self.url}/sendgrid",
            "fcm_project": "local",
            "fcm_account": SENDER,
            "fcm_key": self._key(),
            "fcm_url": f"{self.url}/fcm",
            "google_token_url": f"{self.url}/google/token",
            "telegram_token": "local",
            "telegram_url": f"{self.url}/telegram",
            "slack_url": f"{self.url}/slack",
            "discord_url": f"{self.url}/discord",
            "twilio_account": "ACLOCAL",
            "twilio_secret": "local",
            "twilio_from": "+15005550006",
            "twilio_url": f"{self.url}/twilio",
        }

    def _key(self) -> str:
        """Return the private key of the push provider's account, made once."""
        file = self.data / "push-key.pem"
        if not file.exists():
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
            write_private(file, made.private_bytes(kind, form, serialization.NoEncryption()).decode())
        return file.read_text()


def kept(messages: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the caught messages, oldest first, without a line that a kill cut short."""
    for line in messages.read_text().splitlines() if messages.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue
