"""Describe what OpenAPI has no operation for: the WebSocket's channels, and webhooks to users' servers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from handlers.models.streams import CHANNELS, MESSAGES, StreamAnswer, StreamRequest
from handlers.runtime.documents.examples import example_of
from handlers.runtime.documents.schemas import REF
from premium.manifest import services

_HEADERS = {
    "X-Premium-Signature": "`t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 of the secret over `<t>.` and the body's bytes",
    "X-Premium-Timestamp": "The Unix seconds of the signature; refuse what is older than five minutes",
    "X-Premium-Delivery-Id": "The same at a repeat: by it a receiver knows one",
    "X-Premium-Event-Id": "The event's own id, percent-encoded",
}
_TEXT = """Connect a WebSocket with a token: `{address}?token=<JWT>`, and `&channel=alerts` to listen at once. A refused
token answers 401 to the handshake, too many connections of one user 429.

| message | |
|---|---|
| you send `StreamRequest` | `{request}` |
| you get `StreamAnswer` | `{answer}` |

The user is the token's, never a message's. Unknown messages get an `error`, and the connection stays. API Gateway ends
a connection after two hours, and after ten minutes of silence: send a `ping`, and connect again.

| channel | message |
|---|---|
{channels}

Whatever is streamed can also be read: `/v1/alerts/history`, `/v1/jobs/{{jobId}}`, `/v1/notices`, `/v1/portfolio`."""


def schemas() -> dict[str, Any]:
    """Return the schemas of all messages by name."""
    found: dict[str, Any] = {}
    for model in MESSAGES:
        schema = model.model_json_schema(ref_template=REF, mode="serialization")
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    return found


def description(address: str) -> str:
    """Return the text of the streams: how to connect, and the messages of every channel."""
    models = schemas()
    rows = [f"| `{channel}` | {_message(channel, models)} |" for channel in sorted(_channels())]
    return _TEXT.format(
        address=address,
        request=_json(example_of(models[StreamRequest.__name__], models)),
        answer=_json(example_of(models[StreamAnswer.__name__], models) | {"channel": None, "error": None}),
        channels="\n".join(rows),
    )


def messages() -> dict[str, Any]:
    """Return the schemas of what goes each way, for programs that read the document."""
    told = {channel: _reference(CHANNELS[channel]) for channel in sorted(_channels()) if channel in CHANNELS}
    return {"send": _reference(StreamRequest), "receive": _reference(StreamAnswer), "channels": told}


def _reference(model: type[Any]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def webhooks(models: Mapping[str, Any]) -> dict[str, Any]:
    """Return what we send to users' servers."""
    content = {
        "schema": {"$ref": "#/components/schemas/AlertWebhook"},
        "example": example_of(models["AlertWebhook"], models),
    }
    sent = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in _HEADERS.items()
    ]
    operation = {
        "operationId": "alertWebhook",
        "tags": ["Alerts"],
        "summary": "Receive an alert at your own server",
        "description": "Sent to the webhooks of rules and profiles, signed; an answer other than 2xx is tried again.",
        "security": [],
        "parameters": sent,
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {"2XX": {"description": "It arrived"}, "4XX": {"description": "It is refused for good"}},
    }
    return {"alert": {"post": operation}}


def _channels() -> set[str]:
    return {channel for service in services() for channel in service.channels}


def _message(channel: str, models: Mapping[str, Any]) -> str:
    model = CHANNELS.get(channel)
    if model is None:
        return '`{"type": …, "data": {…}}`, as its service\'s page says'
    words = (model.__doc__ or "").split("\n")[0]
    return f"{words} `{model.__name__}`: `{_json(example_of(models[model.__name__], models))}`"


def _json(value: object) -> str:
    if isinstance(value, dict):
        value = {name: one for name, one in value.items() if one is not None}
    return json.dumps(value, ensure_ascii=False).replace("|", "\\|")
