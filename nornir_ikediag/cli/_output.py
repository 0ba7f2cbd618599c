"""Where a report goes and on what paper: standard output or a file, a terminal or a pipe."""

import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from nornir_ikediag.cli._exits import complain, cut_short, discard
from nornir_ikediag.errors import UsageError
from nornir_ikediag.model.report import Report
from nornir_ikediag.report import Paper, formats, render


def check(format_name: str, output: Path | None) -> None:
    """Refuse, before any work is done, a format that is none and a file that cannot be written. Raises UsageError."""
    if format_name not in formats():
        raise UsageError(f"There is no report format {format_name}. There are: {', '.join(formats())}.")
    if output is None:
        return
    if output.is_dir():
        why = f"{output} is a folder. Name a file in it"
    elif not output.parent.is_dir():
        why = f"{output} is in a folder that does not exist. Make it first"
    elif not os.access(output if output.exists() else output.parent, os.W_OK):
        why = f"you may not write {output}. Name another file with -o"
    else:
        return
    raise UsageError(f"The report cannot be written: {why}.")


def check_folder(folder: Path | None) -> None:
    """Refuse, before any work is done, a folder that cannot be made or written to. Raises UsageError."""
    if folder is None:
        return
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        raise UsageError(f"Nothing can be written to {folder}: {there} is no folder.")
    if not os.access(there, os.W_OK):
        raise UsageError(f"Nothing can be written to {folder}: you may not write to {there}. Name another folder.")


def paper() -> Paper:
    """Standard output as it is: its width and colours on a terminal, none of both in a pipe."""
    if not sys.stdout.isatty():
        return Paper()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Paper(width=max(40, shutil.get_terminal_size().columns), colour=colour)


def deliver(report: Report, format_name: str, output: Path | None) -> int:
    """Write the report where it belongs; the exit code of its verdict. Raises UsageError when it cannot.

    A report that Ctrl-C cut short goes to standard output: whoever scrapes the file would miss devices in it.
    """
    from nornir_ikediag.pipeline import EXIT_CODES

    if output is None or cut_short.is_set():
        if output is not None:
            complain(f"{output} is left as it was, since the report is not of everything.")
        say(render(report, format_name, paper()))
    else:
        try:
            _write(output, render(report, format_name))
        except OSError as error:
            say(render(report, format_name, paper()))
            raise UsageError(
                f"The report could not be written to {output}: {error.strerror}. It stands on standard output instead."
            ) from error
    return EXIT_CODES[report.summary.verdict]


def _write(output: Path, text: str) -> None:
    """Whole or not at all, where that can be had: who scrapes the file must never see half a report."""
    if (output.exists() and not output.is_file()) or output.is_symlink() or not os.access(output.parent, os.W_OK):
        output.write_text(text, encoding="utf-8")
        return
    part = output.with_name(f".{output.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(output)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def say(text: str, stream: TextIO | None = None) -> None:
    """To standard output; a reader who has left already (`| head`) is no error. Raises UsageError on a full disk."""
    stream = stream or sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        discard(stream)
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"Standard output could not be written to: {error.strerror}.") from error
