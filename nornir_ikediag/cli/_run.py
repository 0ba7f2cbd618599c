"""A task over devices, with progress, to a report."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING, Any

from nornir.core.task import Result, Task

from nornir_ikediag.cli._exits import complain, cut_short, patience, stop
from nornir_ikediag.cli._progress import DeviceProgress
from nornir_ikediag.errors import UsageError
from nornir_ikediag.report._words import plural

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.inventory import Host
    from nornir.core.task import AggregatedResult

    from nornir_ikediag.model.report import Report

_SETTINGS = frozenset({"peer", "window_seconds", "save"})


def aggregated(nornir: Nornir, doing: str, task: Callable[..., Any], **parameters: Any) -> AggregatedResult:
    """Run the task on every device; ``doing`` tells the person who waits.

    For a parameter that is None, `data.ikediag` of the inventory counts, else the task's own default. Raises UsageError
    for a value in the inventory that is none. After Ctrl-C the results are those of the devices that were begun; if
    there are none, raises KeyboardInterrupt.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    inherited = {
        name: _of_inventory(host, _SETTINGS & parameters.keys() - given.keys())
        for name, host in nornir.inventory.hosts.items()
    }
    run = _unless_stopped(task, inherited)
    with patience(), DeviceProgress(doing, len(nornir.inventory.hosts)) as progress:
        results = nornir.with_processors([progress]).run(task=run, progress=progress.doing, **given)
    if cut_short.is_set():
        not_begun = [name for name, result in results.items() if result[0].result is None]
        for name in not_begun:
            del results[name]
        if not results:
            raise KeyboardInterrupt
        complain(f"{plural(len(not_begun), 'device')} of {len(nornir.inventory.hosts)} not begun; this is the rest.")
    return results


def _of_inventory(host: Host, names: Set[str]) -> dict[str, Any]:
    settings = host.get("ikediag") or {}
    found = {name: settings[name] for name in names if settings.get(name) is not None}
    for name, value in found.items():
        wanted = (int, float) if name == "window_seconds" else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise UsageError(
                f"{host.name}: data.ikediag.{name} of the inventory is no {'number' if wanted is not str else 'text'}."
            )
    return found


def _unless_stopped(
    function: Callable[..., Result], inherited: Mapping[str, Mapping[str, Any]]
) -> Callable[..., Result]:
    """The task with each host's own settings; it begins nothing any more once somebody has pressed Ctrl-C."""

    @functools.wraps(function)
    def task(task: Task, **parameters: Any) -> Result:
        if stop.is_set():
            return Result(host=task.host, failed=True)
        return function(task, **inherited[task.host.name], **parameters)

    return task


def reported(nornir: Nornir, doing: str, task: Callable[..., Any], **parameters: Any) -> Report:
    """As :func:`aggregated`, made a report of."""
    from nornir_ikediag.functions import to_report

    return to_report(aggregated(nornir, doing, task, **parameters))
