"""What show commands tell: every tunnel of a device with its state, and what is wrong with it."""

from pathlib import Path

from nornir.core.task import Result, Task

from nornir_ikediag.device.collect import Collector
from nornir_ikediag.tasks._examination import Progress, examine


def collect_state(
    task: Task,
    *,
    peer: str | None = None,
    save: Path | str | None = None,
    fail_on: str | None = None,
    progress: Progress | None = None,
) -> Result:
    """Read a firewall with show commands only, and judge what they say. No debug window is opened.

    ``peer``: an address, a tunnel-group or a user name; without it every tunnel. ``save``: a folder for the capture.
    ``fail_on``: the least severity (critical, error, warning, info) of a finding that makes the task fail; without it a
    task fails only when the device could not be read. ``progress`` is told what is being done.
    """
    return examine(task, Collector.state, peer=peer, save=save, fail_on=fail_on, progress=progress)
