"""What is run: our engine alone, our whole program, and the opponents, each with a history of its own format."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.tax import histories
from benchmarks.tax.opponents import SCRIPTS, python_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)
THEIR_LARGEST = 100_000
METHODS = ("fifo", "lifo", "hifo", "section_104")
_PREMIUM = Path(sys.executable).with_name("premium")
_ENGINE = Path(__file__).with_name("engine.py")


class Case(NamedTuple):
    """A program and a method. `command` writes what the program reads into a folder, and says how to start it."""

    name: str
    command: Callable[[int, Path], Sequence[str]]
    start: float
    """Seconds to expect before the first transaction, on two quiet cores; for the estimate alone."""
    thousand: float
    """Seconds to expect for each thousand."""
    largest: int = SIZES[-1]
    theirs: bool = False

    def expected(self, count: int, cap: float) -> float:
        return min(self.start + self.thousand * count / 1000, cap)


def cases(*, alone: bool) -> Iterator[Case]:
    """Ours, and unless `alone` theirs, in the order in which they are printed."""
    for method in METHODS:
        yield Case(f"ours, engine, {method}", _engine(method), 0.3, 0.012)
    for method in METHODS:
        code, form = ("GB", "disposals_csv") if method == "section_104" else ("US", "form_8949_csv")
        yield Case(f"ours, whole, {code} {method}", _whole(code, method, form), 0.4, 0.016)
    for source in ("kraken", "coinbase"):
        yield Case(f"ours, whole, {source}.csv, US fifo", _exported(source), 0.4, 0.05, THEIR_LARGEST)
    yield Case("ours, whole, US fifo, PDF", _whole("US", "fifo", "form_8949_pdf"), 0.6, 0.1, THEIR_LARGEST)
    if not alone:
        for method in ("fifo", "lifo", "hifo"):
            yield Case(f"RP2 1.7.2, whole, US {method}", _rp2(method), 2.0, 1.0, THEIR_LARGEST, theirs=True)
        yield Case("BittyTax 0.6.0, whole, UK", _bittytax, 2.0, 5.4, THEIR_LARGEST, theirs=True)


def _neutral(count: int, folder: Path) -> str:
    path = folder / f"history-{count}.json"
    if not path.exists():
        histories.neutral(count, path)
    return str(path)


def _engine(method: str) -> Callable[[int, Path], Sequence[str]]:
    more = ("bare",) if method == "fifo" else ()
    return lambda count, folder: (sys.executable, str(_ENGINE), _neutral(count, folder), method, *more)


def _whole(code: str, method: str, form: str) -> Callable[[int, Path], Sequence[str]]:
    options = ("--jurisdiction", code, "--method", method, "--format", form, "--output", "ours")
    return lambda count, folder: (str(_PREMIUM), "tax", "report", "--input", _neutral(count, folder), *options)


def _exported(source: str) -> Callable[[int, Path], Sequence[str]]:
    options = ("--jurisdiction", "US", "--method", "fifo", "--format", "form_8949_csv", "--output", "ours")

    def command(count: int, folder: Path) -> Sequence[str]:
        path = folder / f"{source}-{count}.csv"
        if not path.exists():
            getattr(histories, source)(count, path)
        return (str(_PREMIUM), "tax", "report", "--input", str(path), *options)

    return command


def _rp2(method: str) -> Callable[[int, Path], Sequence[str]]:
    def command(count: int, folder: Path) -> Sequence[str]:
        config, ods = folder / f"rp2-{method}.ini", folder / f"rp2-{count}.ods"
        config.write_text(histories.RP2_CONFIG + f"\n[accounting_methods]\n1970 = {method}\n")
        if not ods.exists():
            histories.rp2(count, ods)
        return (str(python_of("rp2")), "-c", SCRIPTS["rp2"], "-o", "rp2", str(config), str(ods))

    return command


def _bittytax(count: int, folder: Path) -> Sequence[str]:
    source = folder / f"bittytax-{count}.csv"
    if not source.exists():
        histories.bittytax(count, source)
    return (str(python_of("bittytax")), "-c", SCRIPTS["bittytax"], "--nopdf", "--skipint", "--summary", str(source))
