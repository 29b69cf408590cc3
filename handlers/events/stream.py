"""Serve the WebSocket: connect with a token, subscribe to channels, ping.

Whatever else a client says, the connection stays. A token comes as a subprotocol, where no log keeps it
(`premium, <token>`, answered by `premium`), or as `?token=`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3

from handlers.runtime.requests.body import body_text
from handlers.runtime.requests.origin import check_origin, lowered
from premium.accounts import service
from premium.accounts.service import StreamUsers
from premium.bootstrap import platform
from premium.errors import AppError, Conflict, Forbidden, InvalidInput
from premium.observability import logger, tracer
from premium.storage.aws import client_config
from premium.storage.plain import to_json
from premium.streams.connections import CHANNELS

_MAX_MESSAGE = 4096
PROTOCOL = "premium"
_REFUSED = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "CONFLICT": 429}
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
    if arn := platform().settings.origin_secret_arn:
        check_origin(headers, platform().secrets.read(arn))
    query = event.get("queryStringParameters") or {}
    offered = _offered(headers)
    token = next((each for each in offered if each != PROTOCOL), query.get("token") or "")
    stream = users().by_token(str(token))
    logger.append_keys(user_id=str(stream.user.id))
    channel = query.get("channel")
    if channel is not None and channel not in CHANNELS:
        raise Forbidden("There is no such channel")
    subscribed = [channel] if channel else []
    if not platform().streams.connections.add(connection_id, stream.user.id, subscribed, ends_at=stream.ends_at):
        raise Conflict("This user has too many connections")
    # Of what a browser offers the server must choose one; the token is never said back.
    return {"statusCode": 200} | ({"headers": {"Sec-WebSocket-Protocol": PROTOCOL}} if PROTOCOL in offered else {})


def _offered(headers: Mapping[str, str]) -> list[str]:
    """Return the subprotocols that a client offers, in its order."""
    return [each.strip() for each in headers.get("sec-websocket-protocol", "").split(",") if each.strip()]


def _answer(connection_id: str, event: Mapping[str, Any]) -> None:
    platform().streams.post(connection_id, to_json(_reply(connection_id, event)).encode())


def _reply(connection_id: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        message = _message(event)
    except InvalidInput as error:
        return _error(error.message)
    match message.get("type"):
        case "ping":
            return {"type": "pong"}
        case "subscribe" | "unsubscribe" as verb:
            return _subscription(connection_id, verb, message.get("channel"))
    return _error("Known types are subscribe, unsubscribe and ping")


def _subscription(connection_id: str, verb: str, channel: object) -> Mapping[str, Any]:
    if channel not in CHANNELS:
        return _error(f"Known channels are {', '.join(CHANNELS)}")
    connections = platform().streams.connections
    change = connections.subscribe if verb == "subscribe" else connections.unsubscribe
    if not change(connection_id, str(channel)):
        return _error("This connection is not known any more; connect again")
    return {"type": f"{verb}d", "channel": channel, "connectionId": connection_id}


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


def _error(text: str) -> Mapping[str, Any]:
    return {"type": "error", "error": {"code": "INVALID_INPUT", "message": text}}


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
def users() -> StreamUsers:
    """Return the stream users of this process."""
    return StreamUsers.of(platform())
