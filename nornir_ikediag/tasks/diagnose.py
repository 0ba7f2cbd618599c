"""Why does a tunnel of this firewall not work? State first; a debug window only if the state does not tell."""

import threading
from pathlib import Path

from nornir.core.task import Result, Task

from nornir_ikediag.capture import Capture
from nornir_ikediag.device.collect import Collector
from nornir_ikediag.device.preflight import preflight
from nornir_ikediag.device.window import WindowRequest, plan, window
from nornir_ikediag.errors import OutputIncomplete
from nornir_ikediag.model.facts import WindowFacts
from nornir_ikediag.pipeline import judge
from nornir_ikediag.tasks._examination import Progress, examine, outcome
from nornir_ikediag.tasks._windows import Concluded, needs_window, request, until_concluded, up


def diagnose(
    task: Task,
    *,
    peer: str | None = None,
    window_seconds: float = 60,
    force_window: bool = False,
    dry_run: bool | None = None,
    offline: bool = False,
    save: Path | str | None = None,
    fail_on: str | None = None,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
) -> Result:
    """Find out why a tunnel does not work: show commands, then a debug window if they leave it open, then the verdict.

    ``peer``: an address, a tunnel-group or a user name; without it whatever is not up. ``window_seconds``: at most so
    long, 0 for no window. ``force_window``: open one in any case, and overrule what may be overruled of the preflight.
    ``dry_run`` (default: that of Nornir): read, then tell in ``result["plan"]`` what a window would send; with
    ``offline`` nothing is sent at all. For the rest see :func:`~nornir_ikediag.tasks.collect_state.collect_state`.
    """
    if offline:
        return _planned(task, peer, window_seconds)
    trial = bool(task.is_dry_run(dry_run))
    planned: list[str] = []

    def work(collector: Collector) -> None:
        collector.state()
        if window_seconds <= 0 or not collector.session.alive:
            return
        device = judge(collector.capture())
        if not force_window and not needs_window(device, peer):
            return
        wanted = request(device, peer, seconds=window_seconds, force=force_window, ike_sessions=collector.ike_sessions)
        if trial:
            planned.extend(_try_on(collector, wanted))
        else:
            open_window(collector, wanted, until_concluded(wanted.peers, up(device), who=peer), stop=stop)

    result = examine(task, work, peer=peer, save=save, fail_on=fail_on, progress=progress)
    if trial:
        result.result["plan"] = planned
    return result


def open_window(
    collector: Collector, wanted: WindowRequest, concluded: Concluded | None, *, stop: threading.Event | None = None
) -> None:
    """A window on the collector's session, and the SAs again after it. Raises nothing of the device's."""
    for peer in wanted.peers:
        collector.notice(peer)
    collector.telling(f"listening for up to {wanted.seconds:.0f} seconds")
    source, facts = window(
        collector.session,
        wanted,
        release=collector.numbers,
        concluded=concluded,
        stop=stop,
    )
    collector.windows.append(facts)
    if not collector.session.alive:
        collector.failed(_ended(collector.session.name), "partial")
    if source is not None:
        collector.sources.append(source)
        if collector.session.alive:
            collector.again()


def _ended(name: str) -> OutputIncomplete:
    sentence = f"The SSH session with {name} ended during the debug window, and {name} was not reached again."
    return OutputIncomplete(
        name, f"{sentence} Once it can be reached, mend what the window left behind: ikediag sweep."
    )


def _try_on(collector: Collector, wanted: WindowRequest) -> tuple[str, ...]:
    """A dry run: what the preflight says, and what would be sent."""
    commands = plan(wanted, collector.numbers)
    refusal = "Dry run: a debug window would be opened here."
    try:
        objection = preflight(collector.session).objection(force=wanted.force)
    except OutputIncomplete as error:
        collector.failed(error, "partial")
        return ()
    if objection is not None:
        refusal, commands = objection.sentence, ()
    collector.windows.append(WindowFacts(refusal=refusal, commands=commands))
    return commands


def _planned(task: Task, peer: str | None, seconds: float) -> Result:
    """Nothing is sent, not even a login."""
    wanted = WindowRequest(peers=(peer,) if peer else (), seconds=seconds)
    commands = plan(wanted, None) if seconds > 0 else ()
    sentence = f"Offline: nothing was sent to {task.host.name}."
    capture = Capture(
        name=task.host.name,
        host=task.host.hostname,
        status="partial",
        problem=sentence,
        windows=(WindowFacts(refusal=sentence, commands=commands),),
    )
    result = outcome(task, capture, save=None, fail_on=None, plan=list(commands))
    result.failed = False
    return result
