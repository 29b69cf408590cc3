"""RP2 and BittyTax in environments of their own, outside the project, made once by this script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "premium-benchmarks"
VERSIONS = {"rp2": "rp2==1.7.2", "bittytax": "BittyTax==0.6.0"}

# Each runs the tool's own main and adds up the time inside its computation, which is printed last.
_RP2 = """
import sys, time, rp2.rp2_main as m
from rp2.plugin.country.us import US
spent, compute = [0.0], m.compute_tax
def timed(*a, **k):
    t = time.perf_counter()
    try: return compute(*a, **k)
    finally: spent[0] += time.perf_counter() - t
m.compute_tax = timed
try: m._rp2_main_internal(US()) if hasattr(m, "_rp2_main_internal") else m.rp2_main(US())
except SystemExit as e:
    if e.code: raise
print("ENGINE", spent[0])
"""
_BITTYTAX = """
import sys, time
from bittytax import bittytax as b, tax
from bittytax.price import valueasset
# Prices are all in the file; without this it asks the network for symbols before it starts.
valueasset.PriceData = lambda *a, **k: None
spent, depth = [0.0], [0]
def wrap(f):
    def timed(*a, **k):
        t = time.perf_counter(); depth[0] += 1
        try: return f(*a, **k)
        finally:
            depth[0] -= 1
            if not depth[0]: spent[0] += time.perf_counter() - t
    return timed
for name, value in list(vars(tax.TaxCalculator).items()):
    if callable(value): setattr(tax.TaxCalculator, name, wrap(value))
try: b.main()
except SystemExit as e:
    if e.code: raise
print("ENGINE", spent[0])
"""
SCRIPTS = {"rp2": _RP2, "bittytax": _BITTYTAX}


def python_of(name: str) -> Path:
    """The interpreter of an opponent's environment, which is made when it is not there."""
    home = CACHE / VERSIONS[name].replace("==", "-")
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", VERSIONS[name]], check=True)
        (home / "ready").touch()
    return python
