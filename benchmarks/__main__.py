"""Measure what a call costs: ``nox -s bench``, or ``python benchmarks`` where nano_ffi and the group `bench` are installed."""

from __future__ import annotations

import sys
from pathlib import Path

# Behind the installed packages: nano_ffi is the installed one, and nothing here hides another module.
HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() not in (HERE, HERE.parent)]
sys.path.append(str(HERE.parent))

if __name__ == "__main__":
    # The measured processes are the same program: they import as little as they can.
    if sys.argv[1:2] == ["--worker"]:
        from benchmarks import worker

        worker.main(sys.argv[2:])
    else:
        from benchmarks import command

        sys.exit(command.main())
