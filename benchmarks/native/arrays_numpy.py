"""The functions of arrays, as one writes them with numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

total = total_of_rows = total_of_each = np.sum


def weighed(values: Any) -> Any:
    return (values["x"] * values["y"]).sum()


def doubled(values: Any) -> Any:
    return values * 2


def doubled_list(values: list[float]) -> Any:
    return (np.array(values) * 2).tolist()


def length(x: Any, y: Any) -> Any:
    return np.sqrt(x * x + y * y)
