"""The emulator's own limits: a bare loop over a queue, and an idle function."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from uuid import uuid4

from benchmarks.alerts.stage import DeployedStage, is_empty
from local.clients import Clients
from local.patience import wait_until

_A_REQUEST = 10
# It logs a line as ours does: the emulator waits 50 ms for the first line of one that stays silent.
_NOTHING = """
def handler(event, context):
    print('{"message": "taken"}', flush=True)
    return {"batchItemFailures": []}
"""


def show(deployed: DeployedStage, bodies: Sequence[str], events: int) -> None:
    """Rates of messages with these bodies, `events` in each."""
    clients = deployed.stage.clients
    sent, taken = _loop(clients, bodies)
    nothing = _behind_nothing(clients, deployed.function, bodies)
    size, a_minute = sum(map(len, bodies)) / len(bodies), nothing * events * 60
    print(f"  messages of {events} events, {size:,.0f} bytes: {sent:,.0f} a second into a bare queue, {taken:,.0f} "
          f"out; through a function that does nothing {nothing:,.0f} ({a_minute:,.0f} events a minute)")  # fmt: skip


def _loop(clients: Clients, bodies: Sequence[str]) -> tuple[float, float]:
    """Sent, then received and deleted, a second."""
    with ExitStack() as stack:
        url = _queue(clients, stack)
        begun = time.monotonic()
        _send(clients, url, bodies)
        sent = time.monotonic()
        left = len(bodies)
        while left:
            found = clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_A_REQUEST).get("Messages", [])
            clients.sqs.delete_message_batch(
                QueueUrl=url,
                Entries=[{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in found],
            )
            left -= len(found)
        return len(bodies) / (sent - begun), len(bodies) / (time.monotonic() - sent)


def _behind_nothing(clients: Clients, like: str, bodies: Sequence[str]) -> float:
    """Return messages a second through a warm function that does nothing."""
    with ExitStack() as stack:
        url = _queue(clients, stack)
        function = _function(clients, like, stack)
        arn = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        mapping = clients.functions.create_event_source_mapping(
            EventSourceArn=arn,
            FunctionName=function,
            BatchSize=_A_REQUEST,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
        stack.callback(clients.functions.delete_event_source_mapping, UUID=mapping["UUID"])
        _send(clients, url, bodies[:100])
        _gone(clients, url)
        begun = time.monotonic()
        _send(clients, url, bodies)
        _gone(clients, url)
        return len(bodies) / (time.monotonic() - begun)


def _queue(clients: Clients, stack: ExitStack) -> str:
    url = clients.sqs.create_queue(QueueName=f"bare-{uuid4().hex[:8]}")["QueueUrl"]
    stack.callback(clients.sqs.delete_queue, QueueUrl=url)
    return url


def _send(clients: Clients, url: str, bodies: Sequence[str]) -> None:
    for at in range(0, len(bodies), _A_REQUEST):
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies[at : at + _A_REQUEST])]
        clients.sqs.send_message_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type] # made as data


def _gone(clients: Clients, url: str) -> None:
    if not wait_until(lambda: is_empty(clients, url), seconds=300):
        raise TimeoutError("a function that does nothing did not empty its queue within 300 s")


def _function(clients: Clients, like: str, stack: ExitStack) -> str:
    """Of ours' runtime and memory."""
    model = clients.functions.get_function_configuration(FunctionName=like)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("bare.py", _NOTHING)
    made = clients.functions.create_function(
        FunctionName=f"bare-{uuid4().hex[:8]}", Runtime=model["Runtime"], Role=model["Role"], Handler="bare.handler",
        MemorySize=model["MemorySize"], Code={"ZipFile": content.getvalue()},
    )  # fmt: skip
    stack.callback(clients.functions.delete_function, FunctionName=made["FunctionName"])
    return made["FunctionArn"]
