"""Logs, metrics and traces: the only module that makes them, so that nothing secret leaves by another way."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics(namespace="Premium")
