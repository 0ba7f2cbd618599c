"""What all tasks have in common: a session on the task's host, what comes of it as a Result, and no exception.

``Result.result`` is plain data, ``{"schema", "device"}`` with one member of a report's ``devices``. What the device
said, the capture, is the result of a sub-task of severity DEBUG: processors can record it, nobody has to look at it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from nornir.core.inventory import Host
from nornir.core.task import Result, Task

from nornir_ikediag import capture as captures
from nornir_ikediag.capture import Capture
from nornir_ikediag.device.collect import Collector, kept_out
from nornir_ikediag.device.connection import destination
from nornir_ikediag.device.session import AsaSession
from nornir_ikediag.errors import DeviceError, IkediagError, LoginFailed, OutputIncomplete
from nornir_ikediag.model.facts import DeviceStatus
from nornir_ikediag.model.report import DeviceReport, ReportDevice
from nornir_ikediag.pipeline import judge

_log = logging.getLogger(__name__)

RAW: Final = "what the device said"
SEVERITIES: Final = ("critical", "error", "warning", "info")

Progress = Callable[[str, str], None]
"""Told the host's name and, in a few words, what is being done there. Called from worker threads."""


def examine(
    task: Task,
    work: Callable[[Collector], None],
    *,
    peer: str | None,
    save: Path | str | None,
    fail_on: str | None,
    progress: Progress | None,
) -> Result:
    """Run ``work`` on a session of the task's host, judge what was said, and make a Result of it. Raises nothing."""
    peers = (peer,) if peer else ()
    try:
        capture = _collected(task, work, peers, progress)
    except Exception as error:  # noqa: BLE001  # a task never raises: the fleet goes on
        capture = kept_out(task.host.name, task.host.hostname, defect(task.host.name, error), "partial", peers)
    return outcome(task, capture, save=save, fail_on=fail_on)


def outcome(task: Task, capture: Capture, *, save: Path | str | None, fail_on: str | None, **extra: Any) -> Result:
    """The Result of a capture: judged, kept if asked to, failed only if the task could not do its job."""
    problem: str | None = None
    try:
        device = judge(capture)
        if save is not None:
            captures.write(capture, Path(save))
        task.run(_raw, name=RAW, severity_level=logging.DEBUG, capture=capture)
    except IkediagError as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001  # as above
        problem = str(defect(capture.name, error))
    if problem is not None:
        device = judge(kept_out(capture.name, capture.host, OutputIncomplete(capture.name, problem), "partial"))
    failed = problem is not None or not _did_its_job(capture) or _fails(device, fail_on)
    return Result(host=task.host, result=plain(DeviceReport(device=device)) | extra, failed=failed, changed=False)


def context_of(host: Host) -> str | None:
    """The context that the inventory, or --context, names."""
    context: str | None = (host.get("ikediag") or {}).get("context")
    return context


@contextmanager
def session_on(task: Task, context: str | None) -> Iterator[AsaSession]:
    """A session on the task's host, in this context, closed at the end. Raises DeviceError."""
    session = AsaSession(destination(task.host, task.nornir.config), context=context)
    session.open()
    try:
        yield session
    finally:
        session.close()


def _collected(
    task: Task, work: Callable[[Collector], None], peers: Sequence[str], progress: Progress | None
) -> Capture:
    name = task.host.name

    def telling(doing: str) -> None:
        if progress is not None:
            progress(name, doing)

    collector: Collector | None = None
    try:
        telling("logging in")
        with session_on(task, context_of(task.host)) as session:
            collector = Collector(session, peers=peers, telling=telling)
            work(collector)
            return collector.capture()
    except DeviceError as error:
        if collector is None:
            status: DeviceStatus = "login-failed" if isinstance(error, LoginFailed) else "unreachable"
            return kept_out(name, task.host.hostname, error, status, peers)
        collector.failed(error, "partial")
        return collector.capture()


def plain(value: msgspec.Struct) -> dict[str, Any]:
    """As JSON has it: whatever a processor does with a Result, it can write this down."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return plain


def _raw(task: Task, *, capture: Capture) -> Result:
    """What the device said, as plain data: schema nornir-ikediag/capture/1, texts included."""
    return Result(host=task.host, result=plain(capture))


def _did_its_job(capture: Capture) -> bool:
    return capture.status == "read" or (capture.status == "partial" and capture.problem_cause == "command-refused")


def _fails(device: ReportDevice, fail_on: str | None) -> bool:
    """Whether a finding is as severe as the caller's limit. An unknown limit is the strictest one."""
    if fail_on is None:
        return False
    limit = SEVERITIES.index(fail_on) if fail_on in SEVERITIES else len(SEVERITIES) - 1
    return any(SEVERITIES.index(finding.severity) <= limit for finding in device.findings)


def defect(host: str, error: Exception) -> OutputIncomplete:
    """An error of ours in a sentence: kind and place, but not its text, which may hold what a device said."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else "unknown place"
    _log.debug("a defect while %s was examined: %s at %s", host, type(error).__name__, place)
    if isinstance(error, IkediagError):
        return OutputIncomplete(host, str(error))
    what = f"{type(error).__name__} at {place}"
    return OutputIncomplete(host, f"{host} was not examined because of a defect in ikediag ({what}). Please report it.")
