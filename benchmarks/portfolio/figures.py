"""A year's figures of everybody, beside empyrical-reloaded, quantstats and pyxirr in one run.

The libraries run in an environment of their own (requirements/returns-peers.txt); on the same series they must say the
same to 1e-9. Times are CPU's.
"""

from __future__ import annotations

import json
import math
import subprocess
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from premium.returns.figures import Terms, figures
from premium.returns.rates import money_weighted

USERS, DAYS, COMPARED = 125_000, 365, 50
ROOT = Path(__file__).parents[2]
_START = datetime(2025, 12, 1, tzinfo=UTC)


def measure() -> None:
    """Print seconds for everybody, and a series' time beside the libraries'."""
    draw = np.random.default_rng(14)
    returns = draw.normal(0.0005, 0.03, (USERS, DAYS))
    begun = time.process_time()
    found = figures(returns, Terms())
    everybody = time.process_time() - begun
    print(f"\nAll {len(found)} figures of {USERS:,} users by {DAYS} days: {everybody:.1f} s of CPU; target < 10 s")
    payments = [_payments(draw) for _ in range(COMPARED)]
    begun = time.process_time()
    rates = [money_weighted(each).nearest for each in payments]
    a_rate = (time.process_time() - begun) / COMPARED * 1e6
    theirs = _theirs(returns[:COMPARED], payments)
    print(f"{'':<36}{'µs a series':>12}   largest difference")
    print(f"{'ours, vectorised':<36}{everybody / USERS * 1e6:>12,.0f}")
    for name in ("empyrical", "quantstats"):
        worst = max(_apart(found[figure][:COMPARED], said) for figure, said in theirs[name]["figures"].items())
        count = len(theirs[name]["figures"])
        print(f"{f'{name}, {count} of them':<36}{theirs[name]['micros']:>12,.0f}   {worst:.0e}; target 1e-9")
    # Of what a dollar became in a year: a rate near 0 has no digits of its own to compare.
    grown = [math.nan if rate is None else 1 + float(rate) for rate in rates]
    worst = _apart(grown, np.array(theirs["pyxirr"]["rates"]) + 1)
    print(f"{'money-weighted rate, 13 payments':<36}{a_rate:>12,.0f}")
    print(f"{'pyxirr':<36}{theirs['pyxirr']['micros']:>12,.0f}   {worst:.0e}; target 1e-9")


def _payments(draw: np.random.Generator) -> list[tuple[datetime, Decimal]]:
    """Twelve payments in, and what is there at the end."""
    amounts = [Decimal(int(draw.integers(100, 10_000))) for _ in range(12)]
    paid = [(_START + timedelta(days=30 * month), -amount) for month, amount in enumerate(amounts)]
    return [*paid, (_START + timedelta(days=DAYS), sum(amounts, Decimal(0)) * int(draw.integers(80, 140)) / 100)]


def _apart(ours: object, theirs: object) -> float:
    one, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    return float(np.max(np.abs(one - other) / np.maximum(np.abs(other), 1e-12)))


def _theirs(returns: np.ndarray, payments: list[list[tuple[datetime, Decimal]]]) -> dict[str, dict[str, object]]:
    subprocess.run([ROOT / "scripts" / "apart.sh", "returns-peers"], check=True)
    with TemporaryDirectory() as folder:
        asked = Path(folder) / "asked.json"
        paid = [[[f"{at:%Y-%m-%d}", float(amount)] for at, amount in each] for each in payments]
        asked.write_text(json.dumps({"returns": returns.tolist(), "payments": paid}))
        python, script = (
            ROOT / ".venv" / "returns-peers" / "bin" / "python",
            Path(__file__).with_name("figure_peers.py"),
        )
        done = subprocess.run([python, script, asked], check=True, capture_output=True, text=True)
    answer: dict[str, dict[str, object]] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    measure()
