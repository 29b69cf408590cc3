"""Answers what the field's libraries say of series, in their own environment: `figure_peers.py asked.json`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import empyrical
import numpy as np
import pandas as pd
import pyxirr
import quantstats.stats as quantstats

EMPYRICAL: dict[str, Callable[[Any], float]] = {
    "total_return": empyrical.cum_returns_final,
    "annual_return": lambda r: empyrical.annual_return(r, annualization=365),
    "annual_volatility": lambda r: empyrical.annual_volatility(r, annualization=365),
    "sharpe": lambda r: empyrical.sharpe_ratio(r, annualization=365),
    "sortino": lambda r: empyrical.sortino_ratio(r, annualization=365),
    "max_drawdown": empyrical.max_drawdown,
    "calmar": lambda r: empyrical.calmar_ratio(r, annualization=365),
    "omega": empyrical.omega_ratio,
    "tail_ratio": empyrical.tail_ratio,
    "value_at_risk": empyrical.value_at_risk,
    "conditional_value_at_risk": empyrical.conditional_value_at_risk,
    "stability": empyrical.stability_of_timeseries,
}
QUANTSTATS: dict[str, Callable[[Any], float]] = {
    "win_rate": quantstats.win_rate,
    "profit_factor": quantstats.profit_factor,
    "payoff_ratio": quantstats.payoff_ratio,
    "kelly": quantstats.kelly_criterion,
    "ulcer_index": quantstats.ulcer_index,
    "skew": quantstats.skew,
    "kurtosis": quantstats.kurtosis,
}


def told(figures: dict[str, Callable[[Any], float]], series: list[Any]) -> dict[str, Any]:
    begun = time.process_time()
    found = {name: [float(of(each)) for each in series] for name, of in figures.items()}
    return {"micros": (time.process_time() - begun) / len(series) * 1e6, "figures": found}


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text())
    days = pd.date_range("2025-12-01", periods=len(asked["returns"][0]), freq="D")
    series = [pd.Series(each, index=days) for each in asked["returns"]]
    payments = [[(date.fromisoformat(at), amount) for at, amount in each] for each in asked["payments"]]
    begun = time.process_time()
    rates = [pyxirr.xirr(each) for each in payments]
    micros = (time.process_time() - begun) / len(payments) * 1e6
    answer = {
        "empyrical": told(EMPYRICAL, [np.array(each) for each in asked["returns"]]),
        "quantstats": told(QUANTSTATS, series),
        "pyxirr": {"micros": micros, "rates": rates},
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
