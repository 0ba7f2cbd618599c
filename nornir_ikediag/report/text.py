"""The report for a person: the block for the ticket, a table of the fleet, then whatever needs action.

A few devices are told in full; where many need action, each finding is its block, or nobody would read to the end.
"""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from nornir_ikediag.model.report import Report, ReportDevice
from nornir_ikediag.report import Paper
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._device import device_pieces
from nornir_ikediag.report._fleet import summary_table
from nornir_ikediag.report._layout import printed
from nornir_ikediag.report._opening import Subject, block, counted, opened_with, opening
from nornir_ikediag.report._walk import walk_pieces

_IN_FULL = 5  # devices


def render(report: Report, paper: Paper) -> str:
    """On a terminal folded to its width; in a pipe every line is whole."""
    return printed(_pieces(report, paper), paper)


def _pieces(report: Report, paper: Paper) -> Iterator[RenderableType]:
    yield from opening(report, paper.width)
    if len(report.devices) > 1:
        yield Text("")
        yield summary_table(report.devices)
    told = [device for device in report.devices if len(report.devices) == 1 or _needs_action(device)]
    opened = opened_with(report)
    for device in told:
        if len(told) <= _IN_FULL:
            yield Text("")
            yield from device_pieces(device)
        else:
            yield from _blocks(device, paper, opened)
    if len(told) > _IN_FULL:
        yield Text("")
        yield Text("All evidence, alternatives and steps: `ikediag diagnose HOST`, or `--format html`.", "dim")
    for walk in report.walks:
        yield Text("")
        yield from walk_pieces(walk)
    yield Text("")
    yield _last_line(report)


def _blocks(device: ReportDevice, paper: Paper, opened: Subject | None) -> Iterator[RenderableType]:
    """What is to be done on a device, without the finding that the report was ``opened`` with."""
    for reason in words.not_judged(device):
        yield Text("")
        line = Text().append(" NOT JUDGED ", "bold magenta reverse")
        yield line.append(words.printable(f" {device.name}: {reason}"))
    told = opened.finding if opened and opened.device is device else None
    for finding in device.findings:
        if finding.severity in words.TO_ACT_ON and finding is not told:
            yield Text("")
            yield from block(Subject(device, finding), paper.width)


def _needs_action(device: ReportDevice) -> bool:
    return not device.judged or any(finding.severity in words.TO_ACT_ON for finding in device.findings)


def _last_line(report: Report) -> Text:
    findings = [f"{count:,} {severity}" for severity, count in report.summary.findings.items() if count]
    said = f"{counted(report)} · findings: {', '.join(findings) or 'none'}"
    return Text(f"{report.summary.verdict.upper()}  {said} · ikediag {report.tool.version}", "dim")
