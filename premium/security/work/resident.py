"""The resident that answers transactions and messages before they are signed."""

from __future__ import annotations

from premium.asks.answers import answer_asks
from premium.asks.line import DATABASE, Line
from premium.execution.residence import Residence
from premium.security.service import LINE
from premium.security.work.desk import Desk

_THREADS = 4


def serve(residence: Residence) -> None:
    """Answer asks until asked to stop."""
    residence.say("answers scans")
    platform = residence.platform
    desk = Desk(platform)
    desk.warm()
    answer_asks(Line(platform.redis(DATABASE), LINE), desk.answer, residence.stop, threads=_THREADS)
