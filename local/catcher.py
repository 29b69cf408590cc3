"""Answer as notification providers do, and keep what they are given.

`python -m local.catcher PORT FILE` knows e-mail, push, Telegram, Slack, Discord and SMS. A further provider is one
entry in `PROVIDERS`: its path, how its request is read, and what it answers.
"""

from __future__ import annotations

import html
import json
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from local.payments.prices import PATHS, STAGE_FILE

if TYPE_CHECKING:
    from local.identities.provider import Identities
    from local.payments.cashier import Cashier

IDENTITIES = "/openid/"
MAX_BYTES = 1_048_576
SHOWN = 200
Message = Mapping[str, Any]


@dataclass(frozen=True)
class Provider:
    """One operation of one provider."""

    channel: str
    path: re.Pattern[str]
    read: Callable[[Any], Message]
    """The request's JSON as `to`, `title`, `text`."""
    status: int
    answer: Mapping[str, Any] | str | None


def _email(sent: Any) -> Message:
    text = next(one["value"] for one in sent["content"] if one["type"] == "text/plain")
    return {"to": sent["personalizations"][0]["to"][0]["email"], "title": sent["subject"], "text": text}


def _push(sent: Any) -> Message:
    message = sent["message"]
    return {"to": message["token"], "title": message["notification"]["title"], "text": message["notification"]["body"]}


def _telegram(sent: Any) -> Message:
    title, _, text = html.unescape(sent["text"].replace("<b>", "", 1).replace("</b>", "", 1)).partition("\n")
    return {"to": sent["chat_id"], "title": title, "text": text}


def _slack(sent: Any) -> Message:
    header, *sections = sent["blocks"]
    return {"title": header["text"]["text"], "text": "\n".join(one["text"]["text"] for one in sections)}


def _discord(sent: Any) -> Message:
    (embed,) = sent["embeds"]
    title, text = (re.sub(r"\\([^A-Za-z0-9\s])", r"\1", embed[name]) for name in ("title", "description"))
    return {"title": title, "text": text}


def _sms(sent: Any) -> Message:
    return {"to": sent["To"], "title": "", "text": sent["Body"]}


_NAME, _RESULT = {"name": "projects/local/messages/1"}, {"message_id": 1}
PROVIDERS = (
    Provider("email", re.compile(r"/sendgrid/v3/mail/send"), _email, 202, None),
    Provider("push", re.compile(r"/fcm/v1/projects/[^/]+/messages:send"), _push, 200, _NAME),
    Provider(
        "telegram", re.compile(r"/telegram/bot[^/]+/sendMessage"), _telegram, 200, {"ok": True, "result": _RESULT}
    ),
    Provider("slack", re.compile(r"/slack/services/[^/]+/[^/]+/[^/]+"), _slack, 200, "ok"),
    Provider("discord", re.compile(r"/discord/api/webhooks/[^/]+/[^/]+"), _discord, 200, {"id": "1"}),
    Provider("sms", re.compile(r"/twilio/2010-04-01/Accounts/[^/]+/Messages\.json"), _sms, 201, {"sid": "SM1"}),
)
_TOKEN = {"access_token": "local", "expires_in": 3600, "token_type": "Bearer"}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>Inbox of the local stage</title><style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }}
article {{ border-top: 1px solid #ccc; padding: 0.8rem 0; }}
small {{ color: #555; }} pre {{ white-space: pre-wrap; font: inherit; margin: 0.3rem 0; }}
</style></head><body><h1>Inbox of the local stage</h1>
<p>What would have been sent by e-mail, push, Telegram, Slack, Discord and SMS; the newest first.
Nothing left this machine.</p>
{messages}</body></html>"""
_ONE = "<article><small>{at} · {channel} to {to}</small><br><b>{title}</b><pre>{text}</pre></article>"


class Catcher(BaseHTTPRequestHandler):
    """One request of a provider's client, or of a person."""

    protocol_version = "HTTP/1.1"
    file: ClassVar[Path]
    address: ClassVar[str] = ""
    lock: ClassVar[threading.Lock] = threading.Lock()

    def do_GET(self) -> None:
        """Show the page, the messages as JSON, or the health; payments are the cashier's."""
        if self._paid(b"") or self._identified(b""):
            return
        match self.path:
            case "/health":
                self._say(200, {"inbox": "ok"})
            case "/messages":
                self._say(200, self._newest())
            case "/":
                rows = "\n".join(
                    _ONE.format(**{n: html.escape(str(v)) for n, v in one.items()}) for one in self._newest()
                )
                self._send(
                    200, "text/html; charset=utf-8", _PAGE.format(messages=rows or "<p>Nothing yet.</p>").encode()
                )
            case _:
                self._say(404, {"error": "there is nothing here"})

    def do_POST(self) -> None:
        """Keep a message and answer as its provider."""
        size = int(self.headers.get("Content-Length") or 0)
        if size > MAX_BYTES:
            self.close_connection = True
            self._say(413, {"error": f"more than {MAX_BYTES} bytes"})
            return
        body = self.rfile.read(size)
        if self._paid(body) or self._identified(body):
            return
        if self.path == "/google/token":
            self._say(200, _TOKEN)
            return
        path = urlsplit(self.path).path
        provider = next((one for one in PROVIDERS if one.path.fullmatch(path)), None)
        if provider is None:
            self._say(404, {"error": f"no provider is caught at {self.path}"})
            return
        try:
            # A webhook is named by its address, others by their message.
            message = {"to": path.split("/", 2)[2], **provider.read(self._read(body))}
        except (ValueError, LookupError, TypeError, StopIteration) as error:
            self._say(400, {"error": f"not a request of this provider: {error!r}"})
            return
        self._keep({"at": datetime.now(UTC).isoformat(timespec="seconds"), "channel": provider.channel, **message})
        self._say(provider.status, provider.answer)

    def do_PATCH(self) -> None:
        """Change something at a payment provider."""
        if not self._paid(self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BYTES))):
            self._say(404, {"error": "there is nothing here"})

    do_DELETE = do_PATCH  # noqa: N815 - the base class's name

    def _paid(self, body: bytes) -> bool:
        """Answer what is asked of payment providers; False for what is not."""
        if not self.path.startswith(PATHS):
            return False
        with self.lock:
            cashier = _cashier(self.file.parent, self.address)
        if self.path.startswith("/pay"):
            page = cashier.page(self.path) if self.command == "GET" else cashier.act(self.path)
            if page is None:
                self._say(404, {"error": "there is no such payment, or it is over"})
            else:
                kind = "text/html" if self.command == "GET" else "text/plain"
                self._send(200, f"{kind}; charset=utf-8", page.encode())
            return True
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._say(*cashier.ask(self.command, self.path, body.decode("utf-8", "replace"), headers))
        return True

    def _identified(self, body: bytes) -> bool:
        """Answer what is asked of the provider of identities; False for what is not."""
        if not self.path.startswith(IDENTITIES):
            return False
        with self.lock:
            known = _identities(self.address)
        split = urlsplit(self.path)
        if self.command == "POST" and split.path == f"{IDENTITIES}authorize":
            self._lead(known, dict(parse_qsl(body.decode("utf-8", "replace"))).get("email", ""))
            return True
        status, kind, said = known.answer(self.command, self.path, body.decode("utf-8", "replace"))
        self._send(status, kind, said)
        return True

    def _lead(self, known: Identities, email: str) -> None:
        """Send the browser back to where it was to come."""
        try:
            back = known.consent(self.path, email)
        except (ValueError, KeyError):
            self._say(400, {"error": "the provider was asked wrongly"})
            return
        self.send_response(303)
        self.send_header("Location", back)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _read(self, body: bytes) -> Any:
        """The fields of a form, or the request's JSON."""
        if self.headers.get_content_type() == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode()))
        return json.loads(body)

    def _keep(self, message: Message) -> None:
        with self.lock, self.file.open("a") as file:
            file.write(json.dumps(message) + "\n")

    def _newest(self) -> list[Message]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [json.loads(line) for line in reversed(lines[-SHOWN:])]

    def _say(self, status: int, answer: object) -> None:
        self._send(status, "application/json", b"" if answer is None else json.dumps(answer).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)


@cache
def _cashier(folder: Path, address: str) -> Cashier:
    """Return the cashier; the providers' libraries are imported when somebody pays."""
    from local.payments.cashier import Cashier  # noqa: PLC0415 - for its cost

    return Cashier(folder / "payments.json", folder / STAGE_FILE, address)


@cache
def _identities(address: str) -> Identities:
    """Return the provider of identities; its key is made when somebody logs in."""
    from local.identities.provider import Identities  # noqa: PLC0415 - for its cost

    return Identities(f"{address}{IDENTITIES.rstrip('/')}")


def main() -> None:
    """Serve until stopped."""
    Catcher.file = Path(sys.argv[2])
    Catcher.address = f"http://127.0.0.1:{sys.argv[1]}"
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Catcher).serve_forever()


if __name__ == "__main__":
    main()
