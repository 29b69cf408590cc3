"""Serve the WebSocket: connect with a token, subscribe to channels, ping.

Each connection and each message counts as a request of its user's. Whatever else a client says, the connection stays.
A token comes as a subprotocol, where no log keeps it
(`premium, <token>`, answered by `premium`), or as `?token=`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from handlers.runtime.answers.cors import allowed_origins
from handlers.runtime.requests.attempt import source_of
from handlers.runtime.requests.body import body_text
from handlers.runtime.requests.origin import check_origin, lowered
from premium.accounts import service
from premium.bootstrap import platform
from premium.errors import AppError, Conflict, Forbidden, InvalidInput, RateLimited, UpstreamUnavailable
from premium.observability import logger, tracer
from premium.principal import Principal
from premium.storage.aws import client_config
from premium.storage.plain import to_json
from premium.streams.connections import CHANNELS, SCOPES, Opened

if TYPE_CHECKING:
    from premium.accounts.stream_gate import StreamGate

_MAX_MESSAGE = 4096
_MAX_REFUSED = 20
"""Messages over the limit after which a connection is closed.

Each costs a call of this function.
"""
PROTOCOL = "premium"
_REFUSED = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "CONFLICT": 429, "RATE_LIMITED": 429}
Answer = dict[str, Any]

service.preload()


def handler(event: Mapping[str, Any], context: Any) -> Answer:
    """Answer `$connect`, `$disconnect`, `$default` and our own call that greets."""
    if "greet" in event:
        return _greet(str(event["greet"]))
    about = event["requestContext"]
    logger.append_keys(request_id=f"req_{about.get('requestId')}")
    with tracer.segment(str(about.get("eventType"))):
        answer = _dispatch(event, about, context)
    logger.info("stream", event_type=about.get("eventType"), status=answer["statusCode"])
    logger.remove_keys(["request_id", "user_id"])
    return answer


def _dispatch(event: Mapping[str, Any], about: Mapping[str, Any], context: Any) -> Answer:
    connection_id = str(about["connectionId"])
    try:
        match about.get("eventType"):
            case "CONNECT":
                answer = _connect(event, connection_id)
                _greet_later(connection_id, context)
                return answer
            case "DISCONNECT":
                platform().streams.connections.remove(connection_id)
            case _:
                _answer(connection_id, event)
    except AppError as error:
        logger.info("stream refused", code=error.code)
        return {"statusCode": _REFUSED.get(error.code, 503)}
    except Exception:
        logger.exception("the stream's function failed")
        return {"statusCode": 500}
    return {"statusCode": 200}


def _connect(event: Mapping[str, Any], connection_id: str) -> Answer:
    headers = lowered(event.get("headers"))
    through_edge = _admit(headers)
    query = event.get("queryStringParameters") or {}
    offered = _offered(headers)
    token = next((each for each in offered if each != PROTOCOL), query.get("token") or "")
    source = str((event["requestContext"].get("identity") or {}).get("sourceIp"))
    caller = gate().enter(str(token), source_of(headers, source, through_edge=through_edge))
    logger.append_keys(user_id=str(caller.user_id))
    channel = query.get("channel")
    if channel is not None and channel not in CHANNELS:
        raise Forbidden("There is no such channel")
    if channel is not None and not caller.may(SCOPES[channel]):
        raise Forbidden("This API key lacks the channel's scope")
    _open(connection_id, caller, [channel] if channel else [])
    # Of what a browser offers the server must choose one; the token is never said back.
    return {"statusCode": 200} | ({"headers": {"Sec-WebSocket-Protocol": PROTOCOL}} if PROTOCOL in offered else {})


def _admit(headers: Mapping[str, str]) -> bool:
    """Forbidden around the edge, and from a foreign page; tell whether there is an edge.

    Browsers send the origin of the page with every connection, and no CORS keeps a foreign one out.
    """
    settings = platform().settings
    if settings.origin_secret_arn:
        check_origin(headers, platform().secrets.read(settings.origin_secret_arn))
    origin = headers.get("origin")
    if origin is not None and origin not in allowed_origins():
        raise Forbidden("Pages of this origin open no streams")
    return bool(settings.origin_secret_arn)


def _open(connection_id: str, caller: Principal, channels: Sequence[str]) -> None:
    connections = platform().streams.connections
    if not connections.add(connection_id, caller, channels):
        raise Conflict("This user has too many connections")
    try:
        gate().confirm(caller)
    except AppError:
        connections.remove(connection_id)
        raise


def _offered(headers: Mapping[str, str]) -> list[str]:
    """Return the subprotocols that a client offers, in its order."""
    return [each.strip() for each in headers.get("sec-websocket-protocol", "").split(",") if each.strip()]


def _answer(connection_id: str, event: Mapping[str, Any]) -> None:
    """Answer a message.

    The connection is closed where its credential is over, or where it goes on over the limit.
    """
    streams = platform().streams
    opened = streams.connections.get(connection_id)
    if opened is None or opened.over:
        streams.post(connection_id, _body(_error("UNAUTHENTICATED", "The token of this stream is over; connect again")))
        streams.close(connection_id)
        return
    logger.append_keys(user_id=str(opened.caller.user_id))
    try:
        gate().count(opened.caller, "WS message")
    except (RateLimited, UpstreamUnavailable) as error:
        streams.post(connection_id, _body(_error(error.code, error.message)))
        if streams.connections.refuse(connection_id) >= _MAX_REFUSED:
            streams.close(connection_id)
        return
    streams.post(connection_id, _body(_reply(opened, event)))


def _body(answer: Mapping[str, Any]) -> bytes:
    return to_json(answer).encode()


def _reply(opened: Opened, event: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        message = _message(event)
    except InvalidInput as error:
        return _error(error.code, error.message)
    match message.get("type"):
        case "ping":
            return {"type": "pong"}
        case "subscribe" | "unsubscribe" as verb:
            return _subscription(opened, verb, message.get("channel"))
    return _error("INVALID_INPUT", "Known types are subscribe, unsubscribe and ping")


def _subscription(opened: Opened, verb: str, channel: object) -> Mapping[str, Any]:
    if not isinstance(channel, str) or channel not in CHANNELS:
        return _error("INVALID_INPUT", f"Known channels are {', '.join(CHANNELS)}")
    if verb == "subscribe" and not opened.caller.may(SCOPES[channel]):
        return _error("FORBIDDEN", f"The API key behind this stream lacks the scope {SCOPES[channel]}")
    connections = platform().streams.connections
    change = connections.subscribe if verb == "subscribe" else connections.unsubscribe
    if not change(opened.id, channel):
        return _error("INVALID_INPUT", "This connection is not known any more; connect again")
    return {"type": f"{verb}d", "channel": channel, "connectionId": opened.id}


def _message(event: Mapping[str, Any]) -> Mapping[str, Any]:
    text = body_text(event)
    if len(text) > _MAX_MESSAGE:
        raise InvalidInput(f"A message has at most {_MAX_MESSAGE} characters")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise InvalidInput("A message is a JSON object with a type")
    return message


def _error(code: str, text: str) -> Mapping[str, Any]:
    return {"type": "error", "error": {"code": code, "message": text}}


def _greet_later(connection_id: str, context: Any) -> None:
    """Call this function a second time, to greet the client.

    A connection can be written to once `$connect` has answered.
    """
    try:
        boto3.client("lambda", config=client_config()).invoke(
            FunctionName=context.invoked_function_arn,
            InvocationType="Event",
            Payload=to_json({"greet": connection_id}).encode(),
        )
    except Exception:
        logger.exception("a new connection is not greeted; the answer to its first message says its id")


def _greet(connection_id: str) -> Answer:
    return {"greeted": platform().streams.greet(connection_id)}


@cache
def gate() -> StreamGate:
    """Return what lets users open streams, of this process."""
    return service.stream_gate(platform())
