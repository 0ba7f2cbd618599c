"""The report as Prometheus text (exposition format 0.0.4), for node_exporter's textfile collector."""

from collections.abc import Iterator, Mapping

from nornir_ikediag.model.report import Report, ReportDevice, ReportTunnel
from nornir_ikediag.report import Paper
from nornir_ikediag.report._words import SEVERITY_RANK, printable

_HELP = {
    "ikediag_report_timestamp_seconds": "When the report was made.",
    "ikediag_device_judged": "1 when everything selected on the device could be judged.",
    "ikediag_device_unread_lines": "Lines of the device's output that were not understood.",
    "ikediag_tunnel_up": "1 when the tunnel is up.",
    "ikediag_tunnel_state": "1 for the state that the tunnel is in.",
    "ikediag_tunnel_packets": "Packets through the child SAs of the tunnel that stand now.",
    "ikediag_findings": "Findings by severity.",
    "ikediag_finding": "1 for every finding above info.",
}


def render(report: Report, paper: Paper) -> str:
    """One gauge a line, grouped by metric as the format demands."""
    del paper
    samples: dict[str, list[str]] = {name: [] for name in _HELP}
    samples["ikediag_report_timestamp_seconds"].append(_sample("", {}, int(report.generated_at.timestamp())))
    for device in report.devices:
        for name, line in _of_device(device):
            samples[name].append(line)
    lines: list[str] = []
    for name, values in samples.items():
        if values:
            lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge"]
            lines += [f"{name}{value}" for value in dict.fromkeys(values)]
    return "\n".join(lines) + "\n"


def _of_device(device: ReportDevice) -> Iterator[tuple[str, str]]:
    here = {"device": device.name}
    yield "ikediag_device_judged", _sample("", here, int(device.judged))
    yield "ikediag_device_unread_lines", _sample("", here, sum(source.unread for source in device.sources))
    for tunnel in _distinct(device.tunnels):
        labels = here | {
            "peer": tunnel.peer,
            "tunnel_group": tunnel.tunnel_group or "",
            "username": tunnel.username or "",
        }
        yield "ikediag_tunnel_up", _sample("", labels, int(tunnel.state in ("up", "rekeying")))
        yield "ikediag_tunnel_state", _sample("", labels | {"state": tunnel.state}, 1)
        for direction in ("encaps", "decaps"):
            counted = [
                one.counters[f"pkts {direction}"] for one in tunnel.child_sas if f"pkts {direction}" in one.counters
            ]
            if counted:
                yield "ikediag_tunnel_packets", _sample("", labels | {"direction": direction}, sum(counted))
    for severity in SEVERITY_RANK:
        count = sum(finding.severity == severity for finding in device.findings)
        yield "ikediag_findings", _sample("", here | {"severity": severity}, count)
    for finding in device.findings:
        if finding.severity != "info":
            labels = here | {"peer": finding.peer or "", "cause": finding.cause, "severity": finding.severity}
            yield "ikediag_finding", _sample("", labels, 1)


def _distinct(tunnels: tuple[ReportTunnel, ...]) -> Iterator[ReportTunnel]:
    """One tunnel for each set of labels: a scrape with the same series twice is refused as a whole."""
    seen = {(tunnel.peer, tunnel.tunnel_group, tunnel.username): tunnel for tunnel in tunnels}
    yield from seen.values()


def _sample(suffix: str, labels: Mapping[str, str], value: int) -> str:
    inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
    return f"{suffix}{{{inside}}} {value}" if inside else f"{suffix} {value}"


def _escaped(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
