"""The fleet at a glance: a line for every device."""

from collections.abc import Sequence

import msgspec
from rich.table import Table
from rich.text import Text

from nornir_ikediag.model.report import ReportDevice
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._layout import table
from nornir_ikediag.report._opening import listed_states

_STYLES = words.SEVERITY_STYLES | {"undetermined": "magenta", "healthy": "green"}


class DeviceLine(msgspec.Struct, frozen=True):
    """One device in a line. ``style`` is a severity, `undetermined` or `healthy`; ``said`` the finding to act on first,
    or what else there is to say."""

    verdict: str
    style: str
    up: int
    not_up: int
    said: str


def summary_table(devices: Sequence[ReportDevice]) -> Table:
    """One line a device: its verdict, its tunnels and the finding to act on first."""
    columns = ("Device", "Verdict", "Up", "Not up", "Tunnels and worst finding")
    return table(columns, map(_row, devices), ("Up", "Not up"))


def _row(device: ReportDevice) -> tuple[Text | str, ...]:
    line = at_a_glance(device)
    verdict = Text(line.verdict, _STYLES[line.style])
    return (words.printable(device.name), verdict, str(line.up), str(line.not_up), line.said)


def at_a_glance(device: ReportDevice) -> DeviceLine:
    """The device in a line."""
    up = sum(tunnel.state in ("up", "rekeying") for tunnel in device.tunnels)
    verdict, style, said = _verdict(device)
    return DeviceLine(verdict, style, up, len(device.tunnels) - up, words.printable(said))


def _verdict(device: ReportDevice) -> tuple[str, str, str]:
    serious = [finding for finding in device.findings if finding.severity in words.TO_ACT_ON]
    worst = min(serious, key=lambda one: words.SEVERITY_RANK[one.severity], default=None)
    why_not = next(iter(device.not_judged), "").removeprefix(f"{device.name}: ")
    if device.status in ("unreachable", "login-failed"):
        return device.status.replace("-", " "), "undetermined", worst.summary if worst else why_not
    if worst is not None:
        return worst.severity, worst.severity, f"{worst.peer}: {worst.summary}" if worst.peer else worst.summary
    if not device.judged:
        return "not judged", "undetermined", why_not
    quiet = listed_states(tunnel for tunnel in device.tunnels if tunnel.state not in ("up", "rekeying"))
    return "healthy", "healthy", words.listed((quiet, *(finding.summary for finding in device.findings[:1])))
