"""Progress on standard error: a bar on a terminal, a plain line for each device elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from nornir_ikediag.model.verdict import Severity
from nornir_ikediag.report._words import SEVERITY_RANK, SEVERITY_STYLES, TO_ACT_ON, plural, printable

if TYPE_CHECKING:
    from nornir.core.inventory import Host
    from nornir.core.task import AggregatedResult, MultiResult, Task

_SWEPT: Final[Mapping[str, tuple[Severity | None, str]]] = {
    "clean": (None, "nothing left on"),
    "mended": ("info", "mended"),
    "left": ("warning", "something is left on"),
    "not-looked": ("error", "could not be read"),
}


class DeviceProgress:
    """A Nornir processor, and a context manager around the run. ``doing`` is what is done to each device."""

    def __init__(self, doing: str, total: int) -> None:
        self._doing = doing
        self._total = total
        self._done = 0
        self._failed = 0
        self._started = time.monotonic()
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
            taken = time.monotonic() - self._started
            print(f"   {plural(self._done, 'device')} in {taken:.0f} s{failed}", file=sys.stderr)

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
        """A device is done. On a terminal those that are well are only counted; one that Ctrl-C kept out is not."""
        if result[0].result is None:
            return
        severity, said = _outcome(result)
        with self._lock:
            self._running.pop(host.name, None)
            self._done += 1
            self._failed += bool(result.failed)
            line = f"{printable(host.name)}: {said}"
            if self._bar is None:
                print(f"{line} ({self._done} of {self._total})", file=sys.stderr, flush=True)
            elif severity:
                self._bar.console.print(f"   {line}", style=SEVERITY_STYLES[severity], markup=False, highlight=False)
            self._show()

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        """Parts of a device's work are not shown."""

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Parts of a device's work are not shown."""

    def _show(self) -> None:
        """The bar, and behind it what most of the running devices are at: `12 reading the SAs`."""
        if self._bar is not None:
            busy = Counter(self._running.values()).most_common(1)
            now = f"{busy[0][1]} {printable(busy[0][0])}"[:44] if busy else ""
            self._bar.update(self._row, completed=self._done, now=now)


def _outcome(result: MultiResult) -> tuple[Severity | None, str]:
    """The severity of what is worst, None when all is well, and a few words: the report says the rest."""
    plain = result[0].result
    if isinstance(plain, dict) and "outcome" in plain:
        return _SWEPT[plain["outcome"]]
    try:
        device = plain["device"]
        findings = [finding for finding in device["findings"] if finding["severity"] in TO_ACT_ON]
        states = [tunnel["state"] for tunnel in device["tunnels"]]
    except (TypeError, KeyError, IndexError):
        return "error", "could not be read"
    up = sum(state in ("up", "rekeying") for state in states)
    kept_out = device["status"] in ("unreachable", "login-failed")
    said = f"{up} of {plural(len(states), 'tunnel')} up" if states else "no tunnel"
    if kept_out:
        said = "could not be read"
    elif "plan" in plain and not device["sources"]:
        said = "nothing was sent"
    if findings:
        worst = min(findings, key=lambda finding: SEVERITY_RANK[finding["severity"]])
        return worst["severity"], f"{said}, {worst['cause']}"
    if result.failed:
        return "error", "could not be read"
    return (None if up == len(states) else "info"), said
