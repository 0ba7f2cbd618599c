"""Progress of a run, for people who wait: a Nornir processor that writes a line whenever a device has news.

with_progress = nornir.with_processors([progress := Progress()])
with_progress.run(task=diagnose, peer="203.0.113.7", progress=progress.doing)
"""

import sys
import threading
import time
from typing import TextIO

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Task


class Progress:
    """Writes `fw1: reading the SAs` and `fw1: done in 4 s` to a stream (standard error), one line at a time.

    ``doing`` is what the tasks of this package take as ``progress=``. Sub-tasks are parts of a device's work and are
    not shown.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()
        self._started: dict[str, float] = {}

    def doing(self, host: str, what: str) -> None:
        """A device is being worked on. Called from worker threads."""
        self._say(f"{host}: {what}")

    def task_started(self, task: Task) -> None:
        """Nornir calls this once, before the first host."""

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Nornir calls this once, after the last host."""

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Nornir calls this when it is a host's turn."""
        self._started[host.name] = time.monotonic()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Nornir calls this when a host is done."""
        seconds = time.monotonic() - self._started.pop(host.name, time.monotonic())
        self._say(f"{host.name}: {'failed' if result.failed else 'done'} after {seconds:.0f} s")

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        """Nornir calls this for every part of a device's work."""

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Nornir calls this for every part of a device's work."""

    def _say(self, line: str) -> None:
        with self._lock:
            print(line.encode("ascii", "backslashreplace").decode(), file=self._stream, flush=True)
