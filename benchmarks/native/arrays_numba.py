"""The functions of arrays, compiled by numba at their first call."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np


@numba.njit
def total(values: Any) -> Any:
    result = 0.0
    for value in values:
        result += value
    return result


@numba.njit
def total_of_rows(values: Any) -> Any:
    result = 0.0
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            result += values[i, j]
    return result


total_of_each = total


@numba.njit
def weighed(values: Any) -> Any:
    result = 0.0
    for value in values:
        result += value.x * value.y
    return result


@numba.njit
def doubled(values: Any) -> Any:
    result = np.empty_like(values)
    for i in range(len(values)):
        result[i] = 2 * values[i]
    return result


@numba.vectorize(["f8(f8, f8)"])
def length(x: Any, y: Any) -> Any:
    return np.sqrt(x * x + y * y)
