"""A year's figures beside the field's libraries, where their environment is there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from local.journey.walk import must_equal
from local.progress import say, step
from premium.returns.figures import Terms, figures

_SHOWN = {"empyrical": ("annual_return", "annual_volatility", "sharpe", "sortino", "max_drawdown"),
          "quantstats": ("win_rate", "profit_factor", "ulcer_index")}  # fmt: skip
_NEAR = 1e-9


def compared(root: Path) -> None:
    """Print figures of a seeded year beside what the libraries say of it."""
    python = root / ".venv" / "returns-peers" / "bin" / "python"
    with step("A year's figures beside empyrical-reloaded, quantstats") as note:
        returns = np.random.default_rng(14).normal(0.0005, 0.03, (1, 365))
        ours = figures(returns, Terms())
        if not python.exists():
            note.text = "not installed: make bench NAME=portfolio installs them and compares 50 series to 1e-9"
            return
        theirs = _theirs(python, root, returns)
        note.text = f"equal to {_NEAR:g}"
    for library, names in _SHOWN.items():
        for name in names:
            one, other = float(ours[name][0]), float(theirs[library]["figures"][name][0])
            must_equal(f"{name} beside {library}", abs(one - other) <= _NEAR * max(1.0, abs(other)), True)
            say(f"    {name:<20}{one:>20.12f}   {library} {other:.12f}")


def _theirs(python: Path, root: Path, returns: np.ndarray) -> dict[str, dict[str, dict[str, list[float]]]]:
    with TemporaryDirectory() as folder:
        asked = Path(folder) / "asked.json"
        asked.write_text(
            json.dumps({"returns": returns.tolist(), "payments": [[["2026-01-01", -1], ["2026-12-31", 2]]]})
        )
        script = root / "benchmarks" / "portfolio" / "figure_peers.py"
        done = subprocess.run([python, script, asked], check=True, capture_output=True, text=True)
    found: dict[str, dict[str, dict[str, list[float]]]] = json.loads(done.stdout)
    return found
