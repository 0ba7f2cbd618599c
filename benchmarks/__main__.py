"""`python -m benchmarks [NAME…]`: runs the modules of this folder, or the named ones, and prints their tables."""

import os
import platform
import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks


def main(names: list[str]) -> None:
    """Each module's `main()` prints its own table."""
    found = [module.name for module in iter_modules(benchmarks.__path__) if not module.name.startswith("_")]
    unknown = set(names) - set(found)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(found)}.")
    print(f"{platform.python_implementation()} {platform.python_version()}, {_processor()}, {os.cpu_count()} cores\n")
    for name in names or found:
        import_module(f"benchmarks.{name}").main()


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main(sys.argv[1:])
