from __future__ import annotations

import sys
import types
from pathlib import Path

# scripts/ is not installed. Its folder alone is made importable: with the project's root on the path, the tests would
# import nano_ffi from the source tree.
scripts = types.ModuleType("scripts")
scripts.__path__ = [str(Path(__file__).resolve().parent.parent.parent / "scripts")]
sys.modules.setdefault("scripts", scripts)
