"""Write logs, metrics and traces.

The only module that makes them, so that nothing secret leaves by another way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.shared.json_encoder import Encoder

from premium.redaction import hidden, hidden_text

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer

NAMESPACE = "Premium"
SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME") or os.environ.get("SERVICE_NAME") or "premium"


def _line(record: Mapping[str, Any]) -> str:
    return hidden_text(json.dumps(hidden(record), default=str, cls=Encoder, ensure_ascii=True))


logger = Logger(service=SERVICE, json_serializer=_line, use_rfc3339=True, utc=True, log_uncaught_exceptions=False)


def count(name: str, value: float = 1, *, namespace: str = NAMESPACE, **dimensions: str) -> None:
    """Add to a metric that some manifest declares."""
    _emit(namespace, name, value, MetricUnit.Count, dimensions)


def observe(
    name: str,
    value: float,
    unit: Literal["Count", "Percent", "Seconds"],
    *,
    namespace: str = NAMESPACE,
    **dimensions: str,
) -> None:
    """Record one value of a metric that some manifest declares."""
    _emit(namespace, name, value, MetricUnit(unit), dimensions)


def _emit(namespace: str, name: str, value: float, unit: MetricUnit, dimensions: Mapping[str, str]) -> None:
    """Write one line in CloudWatch's embedded metric format, at once.

    What waits for a flush may never be seen.
    """
    with single_metric(name=name, unit=unit, value=value, namespace=namespace) as metric:
        for dimension, its in {"service": SERVICE, **dimensions}.items():
            metric.add_dimension(dimension, its)


class Traces:
    """Make X-Ray subsegments where Lambda traces this invocation.

    The SDK takes 170 ms to import, so only then.
    """

    @cached_property
    def _tracer(self) -> Tracer:
        from aws_lambda_powertools import Tracer  # noqa: PLC0415 - the 170 ms

        return Tracer(service=SERVICE, patch_modules=("botocore",))

    @contextmanager
    def segment(self, name: str, **annotations: str) -> Iterator[None]:
        """Trace a named part of the work; `annotations` can be searched for."""
        if not sampled():
            yield
            return
        with self._tracer.provider.in_subsegment(name) as subsegment:
            for key, value in annotations.items():
                subsegment.put_annotation(key, value)
            yield


def sampled() -> bool:
    """Tell whether X-Ray keeps this invocation.

    Lambda says so anew for each; an emulator has no daemon to send it to.
    """
    return "AWS_XRAY_DAEMON_ADDRESS" in os.environ and "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")


tracer = Traces()
