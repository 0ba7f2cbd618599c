"""Contestants that alternate in one run, so that a busy machine hits all of them alike; and the memory of one."""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping

ROUNDS = 7


def medians(contestants: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median of the seconds that each takes, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for round_number in range(rounds + 1):
        for name, contestant in contestants.items():
            gc.collect()
            began = time.perf_counter()
            contestant()
            if round_number:
                seconds[name].append(time.perf_counter() - began)
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
