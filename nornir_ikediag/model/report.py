"""The report as it is published: schema ``nornir-ikediag/report/1``. Every key is present; unknown is null.

Fields may be added; none is renamed or removed within a schema number.
"""

from datetime import datetime
from typing import Literal

import msgspec

from nornir_ikediag.model.configuration import CryptoMapEntry, IkePolicy, IpsecProposal, TunnelGroup
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import DeviceRole, DeviceStatus, SourceKind
from nornir_ikediag.model.negotiation import ExchangeName, NegotiatedChild, Outcome, Stage
from nornir_ikediag.model.sa import ChildSa, IkeSa, IkeVersion, Role, Selectors
from nornir_ikediag.model.tunnel import TunnelKind, TunnelState
from nornir_ikediag.model.verdict import Alternative, Confidence, Severity, Side, Step

SCHEMA = "nornir-ikediag/report/1"

OverallVerdict = Literal["healthy", "degraded", "failed", "undetermined"]


class Clock(msgspec.Struct, frozen=True):
    """``year_assumed`` is set where the lines carry no year; ``offset_seconds`` is the device's clock minus ours."""

    year_assumed: int | None = None
    offset_seconds: int | None = None


class ReportSource(msgspec.Struct, frozen=True):
    """One text that was read: non-blank ``lines``, of them ``unread``."""

    name: str
    kind: SourceKind
    lines: int
    unread: int
    complete: bool
    problem: str | None = None


class ReportConfiguration(msgspec.Struct, frozen=True):
    """The configuration as far as it was read."""

    ike_policies: tuple[IkePolicy, ...] = ()
    proposals: tuple[IpsecProposal, ...] = ()
    crypto_maps: tuple[CryptoMapEntry, ...] = ()
    tunnel_groups: tuple[TunnelGroup, ...] = ()


class ReportTunnel(msgspec.Struct, frozen=True, kw_only=True):
    """One tunnel and its state. ``since``: up since, or down since."""

    peer: str
    peer_name: str | None
    kind: TunnelKind
    tunnel_group: str | None
    username: str | None
    ike_version: IkeVersion | None
    state: TunnelState
    since: datetime | None
    ike_sas: tuple[IkeSa, ...]
    child_sas: tuple[ChildSa, ...]


class ReportNegotiation(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt and its outcome."""

    id: str
    ike_version: IkeVersion
    exchange: ExchangeName
    role: Role
    local: str | None
    peer: str | None
    tunnel_group: str | None
    username: str | None
    cookies: str | None
    proposal: str | None
    assigned_address: str | None
    child_sas: tuple[NegotiatedChild, ...]
    started_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome
    stage: Stage
    stopped_at: str | None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, once. ``consequences`` are the ids of the symptoms folded under it."""

    cause: str
    family: str
    severity: Severity
    confidence: Confidence
    side: Side
    peer: str | None
    tunnel_group: str | None
    username: str | None
    negotiation: str | None
    selectors: Selectors | None
    summary: str
    explanation: str
    alternatives: tuple[Alternative, ...]
    evidence: tuple[Evidence, ...]
    configuration: tuple[Evidence, ...]
    next_steps: tuple[Step, ...]
    ask_peer: tuple[str, ...]
    consequences: tuple[str, ...]
    references: tuple[str, ...]
    count: int
    first_seen: datetime | None
    last_seen: datetime | None


class ReportDebug(msgspec.Struct, frozen=True, kw_only=True):
    """What a debug window did to the device, and the proof that it is off again."""

    opened_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    commands: tuple[str, ...]
    lines: int
    proved_off: bool | None
    refusal: str | None = None
    left_to_type: tuple[str, ...] = ()


class ReportDevice(msgspec.Struct, frozen=True, kw_only=True):
    """One device. ``judged`` False: something that was selected could not be judged (exit code 3)."""

    name: str
    host: str | None
    status: DeviceStatus
    role: DeviceRole
    software: str | None
    context: str | None
    collected_at: datetime | None
    clock: Clock
    sources: tuple[ReportSource, ...]
    configuration: ReportConfiguration
    tunnels: tuple[ReportTunnel, ...]
    negotiations: tuple[ReportNegotiation, ...]
    findings: tuple[Finding, ...]
    debug: ReportDebug | None
    last_change: str | None = None
    uptime_seconds: int | None = None
    judged: bool = True
    not_judged: tuple[str, ...] = ()


class WalkLines(msgspec.Struct, frozen=True):
    """A run of lines in a source, both ends included."""

    source: str
    first: int
    last: int


class WalkStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a negotiation told side by side."""

    number: int
    side: str
    exchange: str
    message: str
    direction: str
    summary: str
    message_id: str | None
    client_sequence: tuple[int, int] | None
    started_at: datetime | None
    duration_seconds: int | None
    lines: tuple[WalkLines, ...]
    configuration: tuple[Evidence, ...]


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A negotiation step by step (``explain --walk``)."""

    negotiations: tuple[str, ...]
    clock_offset_seconds: int | None
    steps: tuple[WalkStep, ...]


class Tool(msgspec.Struct, frozen=True):
    """Which ikediag wrote this."""

    version: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict and the counts behind it."""

    verdict: OverallVerdict
    devices: int
    devices_read: int
    tunnels: int
    tunnels_up: int
    tunnels_down: int
    negotiations: int
    findings: dict[str, int]  # by severity
    not_judged: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it."""

    generated_at: datetime
    tool: Tool
    devices: tuple[ReportDevice, ...]
    walks: tuple[Walk, ...]
    summary: Summary
    schema: str = SCHEMA


class DeviceReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `tasks.diagnose` puts into ``Result.result`` (as plain data): one device of a report."""

    device: ReportDevice
    schema: str = SCHEMA
