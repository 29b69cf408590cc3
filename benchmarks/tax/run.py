"""Tax engines side by side: `python -m benchmarks.tax.run [--quick] [--alone] [--cap SECONDS] [--resume]`.

`--count 100000 --case "US fifo"` runs one size of the cases that are called so, ours beside the others' (`--case` more
than once for more).

The same histories in one run: our engine alone and the whole program (import to Form 8949 CSV, or the UK's disposals)
beside RP2 (US) and BittyTax (UK), each in a process of its own: seconds, peak memory, and how both grow with the size.
Each result is printed, and kept in a file, as soon as it is there; `--resume` goes on with those of the same commit.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.tax.cases import SIZES, Case, cases
from benchmarks.tax.measuring import Run, measured
from benchmarks.tax.opponents import CACHE, VERSIONS, python_of

Results = dict[tuple[str, int], Run]
RESULTS = CACHE / "tax-results.jsonl"


@click.command()
@click.option("--cap", default=900.0, show_default=True, help="Seconds after which a process is given up")
@click.option("--quick", is_flag=True, help="Up to 10,000 transactions only")
@click.option("--alone", is_flag=True, help="Ours only")
@click.option("--count", "counts", multiple=True, type=int, help="These sizes only; of 1000, 10000, 100000, 1000000")
@click.option("--case", "wanted", multiple=True, help="Only cases whose name has one of these texts")
@click.option("--resume", is_flag=True, help="Go on with what an interrupted run of this commit has left")
def main(
    *, cap: float, quick: bool, alone: bool, resume: bool, counts: tuple[int, ...], wanted: tuple[str, ...]
) -> None:
    """Print seconds, peak memory and time inside the engine, by size."""
    for name in () if alone else VERSIONS:
        python_of(name)
    sizes = [size for size in (SIZES[:2] if quick else SIZES) if not counts or size in counts]
    chosen = [case for case in cases(alone=alone) if not wanted or any(text in case.name for text in wanted)]
    plan = [(case, count) for count in sizes for case in chosen if count <= case.largest]
    if not plan:
        raise click.UsageError("no case of such a name and size")
    known = _kept() if resume else _fresh()
    _estimate(plan, known, cap)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="tax-benchmark-") as name:
        for number, (case, count) in enumerate(plan, 1):
            left = sum(each.expected(size, cap) for each, size in plan[number - 1 :]) / 60
            spent = (time.perf_counter() - started) / 60
            click.echo(
                f"[{number}/{len(plan)}] {spent:.1f} min, about {left:.1f} to go: {case.name}, {count:,}", err=True
            )
            run = known.get((case.name, count)) or _run(case, count, known, cap=cap, folder=Path(name))
            known[case.name, count] = run
            click.echo(_line(case, count, run, _before(known, case, count)).rstrip())


def _run(case: Case, count: int, known: Results, *, cap: float, folder: Path) -> Run:
    """One case, kept at once. An opponent that was given up once is not tried with more."""
    before = _before(known, case, count)
    if case.theirs and before is not None and before.seconds is None:
        return Run(None, 0.0, note="not tried after the smaller one")
    run = measured(case.command(count, folder), cap=cap, folder=folder)
    with RESULTS.open("a") as file:
        file.write(json.dumps({"commit": _commit(), "name": case.name, "count": count, "run": run}) + "\n")
    return run


def _line(case: Case, count: int, run: Run, before: Run | None) -> str:
    text = f"{count:>9,}  {case.name:<30}"
    if run.seconds is None:
        return f"{text}  {run.note}" + (f", at {run.mebibytes:.0f} MiB" if run.mebibytes else "")
    text += f"  {run.seconds:8.2f} s  {run.mebibytes:6.0f} MiB"
    if run.processor is not None:
        text += f"  {run.processor:7.2f} s of the processor"
    if before is not None and before.seconds is not None:
        text += f"  grown {run.seconds / before.seconds:5.1f} x, {run.mebibytes / before.mebibytes:4.1f} x"
    else:
        text += " " * 22
    if run.engine is not None:
        text += f"  engine {run.engine:8.3f} s"
        if before is not None and before.engine:
            text += f", grown {run.engine / before.engine:5.1f} x"
    if run.engine is not None and run.bare is not None:
        text += f"; bare heap loop {run.bare:.3f} s: {run.engine / run.bare:.1f} x"
    return text


def _before(known: Results, case: Case, count: int) -> Run | None:
    """The same case at the size before."""
    at = SIZES.index(count)
    return known.get((case.name, SIZES[at - 1])) if at else None


def _estimate(plan: Sequence[tuple[Case, int]], known: Results, cap: float) -> None:
    open_ones = [(case, count) for case, count in plan if (case.name, count) not in known]
    expected = sum(case.expected(count, cap) for case, count in open_ones) / 60
    most = sum(cap if case.theirs else case.expected(count, cap) for case, count in open_ones) / 60
    done = f", {len(plan) - len(open_ones)} of them known already" if len(open_ones) < len(plan) else ""
    click.echo(
        f"{len(plan)} runs{done}; about {expected:.0f} minutes on two quiet cores, at most {most:.0f} with this cap; "
        f"results are kept in {RESULTS}",
        err=True,
    )


def _kept() -> Results:
    if not RESULTS.exists():
        return {}
    kept = map(json.loads, RESULTS.read_text().splitlines())
    return {(each["name"], each["count"]): Run(*each["run"]) for each in kept if each["commit"] == _commit()}


def _fresh() -> Results:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text("")
    return {}


def _commit() -> str:
    """What is measured; a tree with changes is none of its commits."""
    asked = ("git", "describe", "--always", "--dirty", "--abbrev=40")
    return subprocess.run(asked, capture_output=True, text=True, check=True, cwd=Path(__file__).parent).stdout.strip()


if __name__ == "__main__":
    main()
