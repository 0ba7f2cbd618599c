"""Where a report goes and on what paper: standard output or a file, a terminal or a pipe."""

import os
import shutil
import sys
from pathlib import Path

from nornir_ikediag.errors import UsageError
from nornir_ikediag.model.report import Report
from nornir_ikediag.report import Paper, formats, render


def check(format_name: str, output: Path | None) -> None:
    """Refuse, before any work is done, a format that is none and a file that cannot be written. Raises UsageError."""
    if format_name not in formats():
        raise UsageError(f"There is no report format {format_name}. There are: {', '.join(formats())}.")
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        why = "is a folder" if output.is_dir() else "is in a folder that does not exist"
        raise UsageError(f"The report cannot be written: {output} {why}.")


def paper() -> Paper:
    """Standard output as it is: its width and colours on a terminal, none of both in a pipe."""
    if not sys.stdout.isatty():
        return Paper()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Paper(width=max(40, shutil.get_terminal_size().columns), colour=colour)


def deliver(report: Report, format_name: str, output: Path | None) -> int:
    """Write the report where it belongs; the exit code of its verdict. Raises UsageError when it cannot."""
    from nornir_ikediag.pipeline import EXIT_CODES

    if output is None:
        say(render(report, format_name, paper()))
    else:
        try:
            output.write_text(render(report, format_name), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"The report could not be written to {output}: {error.strerror}.") from error
    return EXIT_CODES[report.summary.verdict]


def say(text: str) -> None:
    """To standard output; a reader who has left already (`| head`) is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
