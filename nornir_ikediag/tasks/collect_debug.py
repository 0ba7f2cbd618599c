"""A debug window, whatever the state says: for somebody who wants the log."""

import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
from nornir.core.task import Result, Task

from nornir_ikediag.device.collect import Collector
from nornir_ikediag.pipeline import judge
from nornir_ikediag.tasks._examination import Progress, examine
from nornir_ikediag.tasks._windows import request, up
from nornir_ikediag.tasks._windows import until_concluded as enough
from nornir_ikediag.tasks.diagnose import open_window


def collect_debug(
    task: Task,
    *,
    peer: str | None = None,
    window_seconds: float = 60,
    ike_versions: Sequence[int] = (),
    until_concluded: bool = True,
    force_window: bool = False,
    save: Path | str | None = None,
    fail_on: str | None = None,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
) -> Result:
    """Read a firewall, and open a debug window on ``peer`` (an address, a tunnel-group or a user name; None: all).

    ``ike_versions``: 1, 2 or both; left empty, the configuration of the peer decides. ``until_concluded`` False keeps
    the window open for its whole time. ``force_window`` overrules what may be overruled of the preflight. ``stop``
    ends the window from another thread. For the rest see :func:`~nornir_ikediag.tasks.collect_state.collect_state`.
    """

    def work(collector: Collector) -> None:
        collector.state()
        device = judge(collector.capture())
        wanted = request(device, peer, seconds=window_seconds, force=force_window, ike_sessions=collector.ike_sessions)
        if ike_versions:
            wanted = msgspec.structs.replace(wanted, ike_versions=tuple(ike_versions))
        concluded = enough(wanted.peers, up(device), who=peer) if until_concluded else None
        open_window(collector, wanted, concluded, stop=stop)

    return examine(task, work, peer=peer, save=save, fail_on=fail_on, progress=progress)
