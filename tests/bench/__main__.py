"""`script/bench`: without a name lists the benchmarks, else runs those named; exits 1 if a figure falls short."""

import argparse
import asyncio
import importlib
import pkgutil
import sys
import time
from collections.abc import Awaitable, Callable

import tests.bench
from tests.bench.figures import Figure, as_json_lines, as_table

Benchmark = Callable[[], Awaitable[list[Figure]]]


def benchmarks() -> dict[str, str]:
    """Names and what they measure: each a module here with a coroutine `run()`, described by its first line."""
    names = sorted(info.name for info in pkgutil.iter_modules(tests.bench.__path__) if info.name != "__main__")
    modules = {name: _module(name) for name in names}
    return {name: (found.__doc__ or "").splitlines()[0] for name, found in modules.items() if hasattr(found, "run")}


def _module(name: str) -> object:
    return importlib.import_module(f"tests.bench.{name}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure instead of a table")
    options = parser.parse_args()
    known = benchmarks()
    if not options.names:
        for name, summary in known.items():
            print(f"{name:12} {summary}")
        return
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    figures: list[Figure] = []
    for name in options.names:
        began = time.monotonic()
        print(f"· {name} … ", end="", flush=True, file=sys.stderr)
        run: Benchmark = getattr(_module(name), "run")  # noqa: B009 - a module found by name
        figures += asyncio.run(run())
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    print(as_json_lines(figures) if options.json else as_table(figures))
    sys.exit(0 if all(figure.ok for figure in figures) else 1)


if __name__ == "__main__":
    main()
