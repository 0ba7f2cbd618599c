"""`ikediag explain`: the reader of what somebody else captured. No device is touched."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TextIO

import typer

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._exits import UNDETERMINED, complain, worse
from nornir_ikediag.cli._output import check, deliver, say
from nornir_ikediag.errors import UsageError
from nornir_ikediag.model.facts import SourceFacts
from nornir_ikediag.report._words import printable, where


def command(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Logs, show output, configuration, capture folders; - is stdin."),
    ],
    walk: Annotated[bool, typer.Option("--walk", help="Tell the negotiations step by step.")] = False,
    unread: Annotated[bool, typer.Option("--unread", help="List the lines that nothing of ours understands.")] = False,
    format_: options.Format = "text",
    output: options.Output = None,
) -> int:
    """Explain logs and show output that are at hand already, offline.

    Any mix of debug output, syslog, VPN client log, show commands, configuration and capture folders, plain or gzip.
    What each text is, and which device it is of, is found out.

    \b
    Examples:
      ikediag explain asa-debug.log show-crypto-ipsec-sa.txt
      ssh fw1 show logging | ikediag explain -
      ikediag explain captures/fw1 --walk --format json -o report.json
    """
    from nornir_ikediag.assemble import assemble
    from nornir_ikediag.cli._reading import watched
    from nornir_ikediag.diagnose import diagnose
    from nornir_ikediag.intake import intake
    from nornir_ikediag.pipeline import published, report
    from nornir_ikediag.walk import told

    check(format_, output)
    _keep_inputs(files, output)
    taken = intake(files)
    with watched(taken.captures) as captures:
        devices = [assemble(capture) for capture in captures]
    code = UNDETERMINED
    if devices:
        judged = [published(device, diagnose(device)) for device in devices]
        steps = told(devices) if walk else ()
        code = deliver(report(judged, steps), format_, output)
    if unread:
        list_unread(
            [source for device in devices for source in device.facts.sources],
            sys.stderr if output is None and format_ != "text" else sys.stdout,
        )
    for problem in taken.problems:
        code = worse(code, complain(problem))
    return code


def list_unread(sources: Sequence[SourceFacts], stream: TextIO) -> None:
    """Write the lines that nothing of ours reads, as `source:line  text`, and how many more there are."""
    listed = []
    for source in sources:
        listed += [f"{where(line)}  {printable(line.text)}\n" for line in source.quoted]
        if source.unread > len(source.quoted):
            listed.append(f"{printable(source.name)}: and {source.unread - len(source.quoted):,} more\n")
    head = "\nLines that nothing reads:\n" if listed else "\nEvery line was understood.\n"
    say(head + "".join(listed), stream)


def _keep_inputs(files: Sequence[str], output: Path | None) -> None:
    """The log is the evidence: a report must not take its place. Raises UsageError."""
    if output is not None and any(file != "-" and Path(file).resolve() == output.resolve() for file in files):
        raise UsageError(f"-o {output} would overwrite what is to be explained. Name another file.")
