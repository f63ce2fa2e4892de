"""`script/bench`: without a name lists the benchmarks, else runs those named; exits 1 if a figure falls short."""

import argparse
import asyncio
import importlib
import os
import pkgutil
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from types import ModuleType

import tests.bench
from tests.bench.figures import Figure, as_json_lines, as_table
from tests.bench.machine import FULL

Benchmark = Callable[[], Awaitable[list[Figure]]]


def benchmarks(package: ModuleType) -> dict[str, ModuleType]:
    """By name: each a module of the package with a coroutine `run()`, described by its first line."""
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.name != "__main__")
    modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main(arguments: Sequence[str] | None = None, package: ModuleType = tests.bench) -> None:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure instead of a table")
    parser.add_argument("--full", action="store_true", help="the whole number where a benchmark usually takes a part")
    options = parser.parse_args(arguments)
    if options.full:
        os.environ[FULL] = "1"
    known = benchmarks(package)
    if not options.names:
        for name, module in known.items():
            print(f"{name:12} {(module.__doc__ or '').splitlines()[0]}")
        return
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    figures: list[Figure] = []
    for name in options.names:
        began = time.monotonic()
        print(f"· {name} … ", end="", flush=True, file=sys.stderr)
        run: Benchmark = known[name].run
        figures += asyncio.run(run())
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    print(as_json_lines(figures) if options.json else as_table(figures))
    sys.exit(0 if all(figure.ok for figure in figures) else 1)


if __name__ == "__main__":
    main()
