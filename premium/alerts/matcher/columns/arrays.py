"""The array types of the matcher."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Slots = NDArray[np.int32]
"""Small integers that name rules."""
Objects = NDArray[np.object_]
