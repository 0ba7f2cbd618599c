"""A task over devices, with progress, to a report."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nornir.core.task import Result, Task

from nornir_ikediag.cli._exits import patience, stop
from nornir_ikediag.cli._progress import DeviceProgress

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.task import AggregatedResult

    from nornir_ikediag.model.report import Report


def aggregated(nornir: Nornir, doing: str, task: Callable[..., Any], **parameters: Any) -> AggregatedResult:
    """Run the task on every device; ``doing`` tells the person who waits. Parameters that are None are left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    with patience(), DeviceProgress(doing, len(nornir.inventory.hosts)) as progress:
        return nornir.with_processors([progress]).run(task=_unless_stopped(task), progress=progress.doing, **given)


def _unless_stopped(function: Callable[..., Result]) -> Callable[..., Result]:
    """The task, which begins nothing any more once somebody has pressed Ctrl-C."""

    @functools.wraps(function)
    def task(task: Task, **parameters: Any) -> Result:
        return Result(host=task.host, failed=True) if stop.is_set() else function(task, **parameters)

    return task


def reported(nornir: Nornir, doing: str, task: Callable[..., Any], **parameters: Any) -> Report:
    """As :func:`aggregated`, made a report of."""
    from nornir_ikediag.functions import to_report

    return to_report(aggregated(nornir, doing, task, **parameters))
