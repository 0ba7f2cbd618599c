"""How a command ends: the exit codes of monitoring plugins, and a sentence instead of a traceback.

The command framework has codes of its own (2 for usage, 1 for a crash) that would read as verdicts; they end here.
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, TextIO

from nornir_ikediag.cli._log import record
from nornir_ikediag.cli._terminal import fitted
from nornir_ikediag.errors import IkediagError

HEALTHY: Final = 0
WARNING: Final = 1
FAILED: Final = 2
UNDETERMINED: Final = 3
INTERRUPTED: Final = 130

# Set by Ctrl-C: worker threads close their debug windows, and begin nothing new.
stop: Final = threading.Event()
# Set with it while devices are being worked on: the report is of those that were done, and the exit code is 130.
cut_short: Final = threading.Event()
_patient: Final = threading.Event()


def guarded(command: Any, arguments: Sequence[str]) -> int:
    """Run the command of the framework with these arguments; its exit code, whatever happens inside."""
    _prepare_streams()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    try:
        code = command.main(args=list(arguments), prog_name="ikediag", standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except IkediagError as error:
        code = complain(str(error))
    except OSError as error:  # of a path that somebody named: refused by the system, and no fault of ours
        code = complain(f"{error.filename}: {error.strerror}." if error.filename else record(error))
    except Exception as error:  # noqa: BLE001 - the last one to see it: a sentence, and the rest to the log
        code = _framework(error) if _is_of_framework(error) else complain(record(error))
    except SystemExit:
        code = UNDETERMINED
    if code == INTERRUPTED or cut_short.is_set():
        code = INTERRUPTED
        complain("Interrupted.")
    return _flushed(code if isinstance(code, int) else HEALTHY)


@contextmanager
def patience() -> Iterator[None]:
    """While the block lasts the first Ctrl-C only sets `stop` and `cut_short`; what was read is still reported.

    Raised at once it would end the wait for worker threads for good (after an interrupted join they are taken for
    finished), and the process would leave before a debug window is closed. A second Ctrl-C does that.
    """
    if stop.is_set():
        raise KeyboardInterrupt
    _patient.set()
    try:
        yield
    finally:
        _patient.clear()


def complain(sentence: str) -> int:
    """Say it on standard error; the exit code that goes with it."""
    print(fitted(f"ikediag: {sentence}", sys.stderr), file=sys.stderr)
    return UNDETERMINED


def worse(*codes: int) -> int:
    """Of several exit codes the one to leave with: 2 before 3 before 1 before 0."""
    return min(codes, key=(FAILED, UNDETERMINED, WARNING, HEALTHY).index, default=HEALTHY)


def _interrupt(number: int, frame: FrameType | None) -> None:
    first = not stop.is_set()
    stop.set()
    if first and _patient.is_set():
        cut_short.set()
        complain("Interrupted: closing what is open. Once more leaves at once.")
        return
    raise KeyboardInterrupt


def _is_of_framework(error: Exception) -> bool:
    # Typer carries click inside or beside itself, depending on its release: known by what they can do.
    return hasattr(error, "format_message") or type(error).__name__ in ("Abort", "Exit")


def _framework(error: Any) -> int:
    if not hasattr(error, "format_message"):
        return INTERRUPTED
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        print(context.get_help(), file=sys.stderr)
        return UNDETERMINED
    hint = f" Try `{context.command_path} --help`." if context is not None else ""
    said = error.format_message().rstrip(".")
    return complain(f"{said}{'' if said.endswith('?') else '.'}{hint}")


def _prepare_streams() -> None:
    """A character that the terminal's encoding lacks is escaped, not fatal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flushed(code: int) -> int:
    """Flush now, so that a reader who has left (`| head`) does not make Python complain at its own exit."""
    try:
        sys.stdout.flush()
    except OSError:
        discard(sys.stdout)
    return code


def discard(stream: TextIO) -> None:
    """What is still to go to this stream goes nowhere: Python would try, and complain, once more on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
