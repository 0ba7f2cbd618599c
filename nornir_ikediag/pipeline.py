"""From what a device said to the report: the straight line, and the file to read first.

    Capture ──▶ shows / debugs ──▶ facts, events ──▶ protocol ──▶ Tunnel ──▶ causes ──▶ Report
                └────────────── assemble ──────────────┘          └─ diagnose ─┘

Nothing here knows Nornir, SSH or the clock of the machine it runs on, except for the time that a report bears.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from nornir_ikediag import __version__
from nornir_ikediag.assemble import assemble
from nornir_ikediag.capture import Capture
from nornir_ikediag.diagnose import Diagnosis, diagnose
from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.facts import SourceFacts, WindowFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.report import (
    Clock,
    OverallVerdict,
    Report,
    ReportConfiguration,
    ReportDebug,
    ReportDevice,
    ReportNegotiation,
    ReportSource,
    ReportTunnel,
    Summary,
    Tool,
    Walk,
)
from nornir_ikediag.model.tunnel import Tunnel

EXIT_CODES: dict[OverallVerdict, int] = {"healthy": 0, "degraded": 1, "failed": 2, "undetermined": 3}

_KEPT_OUT = frozenset({"device-unreachable", "login-failed", "command-refused", "output-incomplete"})


def judge(capture: Capture) -> ReportDevice:
    """What the capture of one device says: its tunnels, and what is wrong with them. Any text gives an answer."""
    device = assemble(capture)
    return published(device, diagnose(device))


def report(devices: Sequence[ReportDevice], walks: Sequence[Walk] = (), generated_at: datetime | None = None) -> Report:
    """The report on these devices, which are kept in the order given."""
    return Report(
        generated_at=generated_at or datetime.now(UTC).replace(microsecond=0),
        tool=Tool(__version__),
        devices=tuple(devices),
        walks=tuple(walks),
        summary=_summary(devices),
    )


def verdict(devices: Sequence[ReportDevice]) -> OverallVerdict:
    """Failed before undetermined before degraded: a tunnel known to be broken is not made less so by one unread.

    That we were kept out, in whole or in part, is an error of its device and no verdict on its tunnels.
    """
    findings = [finding for device in devices for finding in device.findings]
    severities = {finding.severity for finding in findings if finding.cause not in _KEPT_OUT}
    if severities & {"critical", "error"}:
        return "failed"
    kept_out = any(finding.cause in _KEPT_OUT for finding in findings)
    if not devices or kept_out or not all(device.judged for device in devices):
        return "undetermined"
    return "degraded" if "warning" in severities else "healthy"


def published(device: Device, diagnosis: Diagnosis) -> ReportDevice:
    """A device and its diagnosis in the words of the report's schema."""
    facts = device.facts
    negotiations = [negotiation for tunnel in device.tunnels for negotiation in tunnel.negotiations]
    return ReportDevice(
        name=facts.name,
        host=facts.host,
        status=facts.status,
        role=facts.role,
        software=facts.software,
        context=facts.context,
        collected_at=facts.collected_at,
        clock=Clock(facts.clock_year_assumed, facts.clock_offset_seconds),
        sources=_sources(facts.sources),
        configuration=_configuration(facts.configuration),
        tunnels=tuple(map(_tunnel, device.tunnels)),
        negotiations=tuple(map(_negotiation, sorted(negotiations, key=lambda one: one.id.zfill(12)))),
        findings=diagnosis.findings,
        debug=_debug(facts.windows),
        last_change=facts.configuration_changed,
        uptime_seconds=facts.uptime_seconds,
        judged=not diagnosis.not_judged,
        not_judged=diagnosis.not_judged,
    )


def _summary(devices: Sequence[ReportDevice]) -> Summary:
    tunnels = [tunnel for device in devices for tunnel in device.tunnels]
    severities = Counter(finding.severity for device in devices for finding in device.findings)
    return Summary(
        verdict=verdict(devices),
        devices=len(devices),
        devices_read=sum(device.status == "read" for device in devices),
        tunnels=len(tunnels),
        tunnels_up=sum(tunnel.state in ("up", "rekeying") for tunnel in tunnels),
        tunnels_down=sum(tunnel.state in ("down", "phase1-only", "negotiating") for tunnel in tunnels),
        negotiations=sum(len(device.negotiations) for device in devices),
        findings={severity: severities[severity] for severity in ("critical", "error", "warning", "info")},
        not_judged=sum(len(device.not_judged) for device in devices),
    )


def _sources(sources: Sequence[SourceFacts]) -> tuple[ReportSource, ...]:
    """One entry a name: a terminal log is read as several sections, and is one text to its owner."""
    merged: dict[str, ReportSource] = {}
    for source in sources:
        earlier = merged.get(source.name)
        merged[source.name] = ReportSource(
            name=source.name,
            kind=source.kind if earlier is None or earlier.kind == source.kind else "mixed",
            lines=source.lines + (earlier.lines if earlier else 0),
            unread=source.unread + (earlier.unread if earlier else 0),
            complete=source.complete and (earlier is None or earlier.complete),
            problem=(earlier.problem if earlier else None) or source.problem,
        )
    return tuple(merged.values())


def _configuration(configuration: Configuration | None) -> ReportConfiguration:
    if configuration is None:
        return ReportConfiguration()
    return ReportConfiguration(
        ike_policies=configuration.ike_policies,
        proposals=configuration.proposals,
        crypto_maps=configuration.crypto_maps,
        tunnel_groups=configuration.tunnel_groups,
    )


def _tunnel(tunnel: Tunnel) -> ReportTunnel:
    return ReportTunnel(**{name: getattr(tunnel, name) for name in ReportTunnel.__struct_fields__})


def _negotiation(negotiation: Negotiation) -> ReportNegotiation:
    return ReportNegotiation(**{name: getattr(negotiation, name) for name in ReportNegotiation.__struct_fields__})


def _debug(windows: Sequence[WindowFacts]) -> ReportDebug | None:
    if not windows:
        return None
    window = windows[-1]
    return ReportDebug(**{name: getattr(window, name) for name in ReportDebug.__struct_fields__})
