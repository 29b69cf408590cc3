"""`premium` answers `--help` without importing what its topics need."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from premium.bootstrap import platform
from premium.cli.main import TOPICS, main

pytestmark = pytest.mark.unit


def test_help_lists_every_topic_and_imports_none() -> None:
    code = (
        "import sys; from premium.cli.main import main; main(['--help'], standalone_mode=False);"
        "print(sorted(m for m in sys.modules if m in ('rq', 'redis', 'boto3', 'rich', 'psycopg')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    assert all(line in done.stdout for line in TOPICS.values())


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_can_be_opened(topic: str) -> None:
    result = CliRunner().invoke(main, [topic, "--help"])
    assert result.exit_code == 0, result.output


def test_an_unknown_topic_is_refused() -> None:
    assert CliRunner().invoke(main, ["queue"]).exit_code == 2


def test_a_missing_environment_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREMIUM_STAGE", raising=False)
    platform.cache_clear()
    result = CliRunner().invoke(main, ["queues", "list"])
    assert (result.exit_code, result.output) == (1, "Error: PREMIUM_STAGE: is required\n")


def test_log_lines_stay_out_of_what_a_command_prints() -> None:
    """A store that is away is told by the command itself, and `--json` is one document."""
    code = (
        "from premium.cli.main import quiet_logs; from premium.observability import logger\n"
        "with quiet_logs(): logger.warning('away'); logger.error('broken')\n"
        "logger.warning('afterwards')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ("away" in done.stderr, "broken" in done.stderr) == (False, True)
    assert ("broken" in done.stdout, "afterwards" in done.stdout) == (False, True)
