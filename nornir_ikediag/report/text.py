"""The report for a person: the block for the ticket, a table of the fleet, then whatever needs action in full."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from nornir_ikediag.model.report import Report, ReportDevice
from nornir_ikediag.report import Paper
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._device import device_pieces, summary_table
from nornir_ikediag.report._layout import printed
from nornir_ikediag.report._opening import counted, opening
from nornir_ikediag.report._walk import walk_pieces


def render(report: Report, paper: Paper) -> str:
    """On a terminal folded to its width; in a pipe every line is whole."""
    return printed(_pieces(report, paper), paper)


def _pieces(report: Report, paper: Paper) -> Iterator[RenderableType]:
    yield from opening(report, paper.width)
    if len(report.devices) > 1:
        yield Text("")
        yield summary_table(report.devices)
    for device in report.devices:
        if len(report.devices) == 1 or _needs_action(device):
            yield Text("")
            yield from device_pieces(device)
    for walk in report.walks:
        yield Text("")
        yield from walk_pieces(walk)
    yield Text("")
    yield _last_line(report)


def _needs_action(device: ReportDevice) -> bool:
    return not device.judged or any(finding.severity in words.TO_ACT_ON for finding in device.findings)


def _last_line(report: Report) -> Text:
    findings = [f"{count:,} {severity}" for severity, count in report.summary.findings.items() if count]
    said = f"{counted(report)} · findings: {', '.join(findings) or 'none'}"
    return Text(f"{report.summary.verdict.upper()}  {said} · ikediag {report.tool.version}", "dim")
