"""Contestants that alternate in one run, so that a busy machine hits all of them alike; and the memory of one."""

import gc
import os
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping
from typing import TypeVar

Result = TypeVar("Result")

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))


def medians(
    contestants: Mapping[str, Callable[[], Result]],
    rounds: int = ROUNDS,
    look: Callable[[str, Result], None] | None = None,
) -> dict[str, float]:
    """The median of the seconds that each takes, after one round that does not count.

    ``look`` is shown every result and whose it is, while nobody's clock runs.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for round_number in range(rounds + 1):
        for name, contestant in contestants.items():
            gc.collect()
            began = time.perf_counter()
            result = contestant()
            taken = time.perf_counter() - began
            if round_number:
                seconds[name].append(taken)
            if look is not None:
                look(name, result)
            del result
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def peak_bytes(contestant: Callable[[], object]) -> int:
    """The most memory that it holds at a time, what it returns included."""
    gc.collect()
    tracemalloc.start()
    kept = contestant()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return peak
