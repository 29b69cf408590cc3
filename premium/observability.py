"""Logs, metrics and traces: the only module that makes them, so that nothing secret leaves by another way."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.shared.json_encoder import Encoder

from premium.redaction import hidden, hidden_text

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer

NAMESPACE = "Premium"
SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME") or os.environ.get("SERVICE_NAME") or "premium"


def _line(record: Mapping[str, Any]) -> str:
    return hidden_text(json.dumps(hidden(record), default=str, cls=Encoder, ensure_ascii=True))


logger = Logger(service=SERVICE, json_serializer=_line, use_rfc3339=True, utc=True, log_uncaught_exceptions=False)
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


class Traces:
    """X-Ray subsegments where Lambda traces this invocation; the SDK takes 170 ms to import, so only then."""

    @cached_property
    def _tracer(self) -> Tracer:
        from aws_lambda_powertools import Tracer  # noqa: PLC0415 - the 170 ms

        return Tracer(service=SERVICE, patch_modules=("botocore",))

    @contextmanager
    def segment(self, name: str, **annotations: str) -> Iterator[None]:
        """A named part of the work; `annotations` can be searched for in X-Ray."""
        if not sampled():
            yield
            return
        with self._tracer.provider.in_subsegment(name) as subsegment:
            for key, value in annotations.items():
                subsegment.put_annotation(key, value)
            yield


def sampled() -> bool:
    """Whether X-Ray keeps this invocation, as Lambda says anew for each; an emulator has no daemon to send it to."""
    return "AWS_XRAY_DAEMON_ADDRESS" in os.environ and "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")


tracer = Traces()
