"""Progress on standard error: a bar on a terminal, a plain line for each device elsewhere."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

from nornir_ikediag.report._words import SEVERITY_RANK, plural, printable

if TYPE_CHECKING:
    from nornir.core.inventory import Host
    from nornir.core.task import AggregatedResult, MultiResult, Task


class DeviceProgress:
    """A Nornir processor, and a context manager around the run. ``doing`` is what is done to each device."""

    def __init__(self, doing: str, total: int) -> None:
        self._doing = doing
        self._total = total
        self._done = 0
        self._failed = 0
        self._running: dict[str, str] = {}
        self._lock = threading.Lock()
        self._bar: Any = None
        self._row: Any = None

    def __enter__(self) -> DeviceProgress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeElapsedColumn,
            )

            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[now]}", markup=False, style="dim"),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._row = self._bar.add_task(self._doing, total=self._total, now="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if kind is None:
            failed = f", {self._failed} could not be read" if self._failed else ""
            print(f"{self._doing}: {plural(self._done, 'device')}{failed}", file=sys.stderr)

    def doing(self, host: str, what: str) -> None:
        """What the tasks tell: a few words on what they do to this host. Called from worker threads."""
        with self._lock:
            self._running[host] = what
            self._show()

    def task_started(self, task: Task) -> None:
        """Nothing to show yet."""

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Shown on leaving the context."""

    def task_instance_started(self, task: Task, host: Host) -> None:
        """A device is being worked on."""
        with self._lock:
            self._running[host.name] = "waiting"
            self._show()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """A device is done."""
        with self._lock:
            self._running.pop(host.name, None)
            self._done += 1
            self._failed += bool(result.failed)
            if self._bar is None:
                line = f"{printable(host.name)}: {_outcome(result)} ({self._done} of {self._total})"
                print(line, file=sys.stderr, flush=True)
            else:
                self._bar.console.print(f"  {printable(host.name)}: {_outcome(result)}", style="dim", markup=False)
            self._show()

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        """Parts of a device's work are not shown."""

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Parts of a device's work are not shown."""

    def _show(self) -> None:
        if self._bar is not None:
            busy = list(self._running.items())
            shown = printable(", ".join(f"{host} {what}" for host, what in busy[:1]))
            more = f" and {len(busy) - 1} more" if len(busy) > 1 else ""
            self._bar.update(self._row, completed=self._done, now=shown[:50] + more)


def _outcome(result: MultiResult) -> str:
    """`all well`, or what is worst: for the person who watches, the report says the rest."""
    try:
        findings = result[0].result["device"]["findings"]
    except (TypeError, KeyError, IndexError):
        findings = []
    serious = [finding for finding in findings if finding["severity"] != "info"]
    if serious:
        first = min(serious, key=lambda finding: SEVERITY_RANK[finding["severity"]])
        return f"{first['severity']}: {first['cause']}"
    return "could not be read" if result.failed else "nothing to act on"
