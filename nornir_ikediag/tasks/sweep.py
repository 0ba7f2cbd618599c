"""What did debug windows leave on this firewall? Ours that nobody looks after any more is taken back."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Final

from nornir.core.task import Result, Task

from nornir_ikediag.device import sweep as device
from nornir_ikediag.device.connection import destination
from nornir_ikediag.device.records import KeptRecord, kept, unusable
from nornir_ikediag.device.sweep import Swept
from nornir_ikediag.errors import IkediagError
from nornir_ikediag.tasks._examination import Progress, context_of, defect, plain, session_on

SCHEMA: Final = "nornir-ikediag/sweep/1"
_WORST_FIRST: Final = ("not-looked", "left", "mended", "clean")


def sweep(task: Task, *, dry_run: bool | None = None, progress: Progress | None = None) -> Result:
    """Look for debugs and debug conditions that are on; take back those that a window of ours left when it was killed.

    Taken back is only what the window's record names, when its process is gone and ours is the only session on the
    device; everything else is told, with what to type. ``dry_run`` (default: that of Nornir): take nothing back.
    ``progress`` is told what is being done.

    The result is ``{"schema", "outcome", "looks", "records"}``: an outcome (clean, mended, left, not-looked) with its
    sentences for each context that was looked at, and the paths of the records that are of this device. It fails when
    the device could not be looked at.
    """
    trial = bool(task.is_dry_run(dry_run))
    if progress is not None:
        progress(task.host.name, "looking")
    records: tuple[KeptRecord, ...] = ()
    try:
        where = destination(task.host, task.nornir.config)
        records = tuple(one for one in kept()[0] if one.record.is_of(where.hostname, where.port))
        contexts = dict.fromkeys((context_of(task.host), *(one.record.context for one in records)))
        looks = [
            _look(task, context, [one for one in records if one.record.context == context], trial=trial)
            for context in contexts
        ]
    except Exception as error:  # noqa: BLE001  # a task never raises: the fleet goes on
        looks = [_not_looked(task, error)]
    outcome = min((look["outcome"] for look in looks), key=_WORST_FIRST.index)
    said = {"schema": SCHEMA, "outcome": outcome, "looks": looks, "records": [str(one.path) for one in records]}
    return Result(host=task.host, result=said, failed=outcome == "not-looked", changed=False)


def _look(task: Task, context: str | None, records: Sequence[KeptRecord], *, trial: bool) -> dict[str, Any]:
    try:
        with ExitStack() as claims:
            over = [one for one in records if claims.enter_context(one.claimed())]
            running = [one.record for one in records if one not in over and one.path.exists()]
            with session_on(task, context) as session:
                swept = device.sweep(session, [one.record for one in over], running, dry_run=trial)
            for one in over if swept.settled and not trial else ():
                one.remove()
    except Exception as error:  # noqa: BLE001  # another context may still be looked at
        return _not_looked(task, error, context)
    return {"context": context, **plain(swept)}


def _not_looked(task: Task, error: Exception, context: str | None = None) -> dict[str, Any]:
    if isinstance(error, OSError | NotImplementedError):  # of the records: those of a session are DeviceErrors
        sentence = unusable(error)
    else:
        sentence = str(error if isinstance(error, IkediagError) else defect(task.host.name, error))
    return {"context": context, **plain(Swept(outcome="not-looked", sentences=(sentence,)))}
