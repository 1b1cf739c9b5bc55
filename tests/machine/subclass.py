"""A subclass of a class of Zig, where pickle finds it."""

from __future__ import annotations

import sys
from typing import Any

Doc: Any = sys.modules["model"].Doc  # which is loaded before


class Sub(Doc):  # type: ignore[misc]
    """It has a __dict__, and its objects may live on."""

    def __del__(self) -> None:
        graveyard = self.__dict__.pop("revive", None)
        if graveyard is not None:
            graveyard.append(self)
