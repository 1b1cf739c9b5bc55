from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from nano_ffi.compiler import compile_module

EXTENSION = Path(__file__).parent / "extension"


@pytest.fixture(scope="session")
def zig_module(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ModuleType]:
    """Compile a file of tests/extension with the installed package, and import it."""
    folder = tmp_path_factory.mktemp("extension")

    def load(name: str) -> ModuleType:
        if name not in sys.modules:
            path = compile_module(EXTENSION / f"{name}.zig", folder)
            spec = importlib.util.spec_from_file_location(name, path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules[name] = module
        return sys.modules[name]

    return load
