"""One device of a report: what it is, its tunnels, its findings, what was done to it and what was read."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from nornir_ikediag.model.report import ReportDebug, ReportDevice, ReportNegotiation, ReportTunnel
from nornir_ikediag.model.sa import ChildSa, IkeSa
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._findings import finding_lines
from nornir_ikediag.report._layout import hanging, table
from nornir_ikediag.report._runs import Run, runs

_TUNNELS_SHOWN = 40
_TUNNELS_IN_DETAIL = 5
_NEGOTIATIONS_SHOWN = 20
# Counters that tell something only when they are not zero.
_ALWAYS_SHOWN = ("pkts encaps", "pkts decaps")
_CLOSED_BY = {
    "concluded": "closed when the negotiation had ended",
    "time": "closed when its time was up",
    "size": "closed because it grew too large",
    "rate": "closed because the lines came too fast",
    "error": "closed after an error",
    "refused": "closed because the device refused",
}


def device_pieces(device: ReportDevice) -> Iterator[RenderableType]:
    """All of it, from the status line to the sources."""
    yield from status_lines(device)
    if device.tunnels:
        yield Text("")
        yield from _tunnels(device.tunnels)
    if device.negotiations:
        yield Text("")
        yield from _negotiations(device.negotiations)
    for number, finding in enumerate(device.findings, start=1):
        yield Text("")
        yield from finding_lines(number, finding, device)
    if device.debug is not None:
        yield Text("")
        yield from window(device.debug)
    if device.sources:
        yield Text("")
        yield from _sources(device)


def status_lines(device: ReportDevice) -> Iterator[Text]:
    """The name, and under it `software 9.8(2) · active · up 3 d 4 h · last change …`."""
    host = f" ({device.host})" if device.host and device.host != device.name else ""
    yield Text(words.printable(f"{device.name}{host}"), "bold underline")
    known = status(device)
    if known:
        yield hanging("  ", known)


def status(device: ReportDevice) -> str:
    """What is known of the device itself, in one line; empty where nothing is."""
    known = (
        "" if device.status == "read" else device.status,
        _software(device),
        "" if device.role == "unknown" else device.role,
        f"context {words.printable(device.context)}" if device.context else "",
        f"up {words.span(device.uptime_seconds)}" if device.uptime_seconds is not None else "",
        f"last change {words.printable(device.last_change)}" if device.last_change else "",
        f"read at {words.moment(device.collected_at)}" if device.collected_at else "",
    )
    return words.listed(known)


def _software(device: ReportDevice) -> str:
    known = words.printable(device.software or "")
    return f"software {known}" if known[:1].isdigit() else known


def _tunnels(tunnels: Sequence[ReportTunnel]) -> Iterator[RenderableType]:
    shown, hidden = _worth_showing(tunnels)
    yield table(
        ("Tunnel", "Group, user", "IKE", "State", "Since", "Encaps", "Decaps"),
        [_tunnel_row(tunnel) for tunnel in shown],
        right=("Encaps", "Decaps"),
    )
    if hidden:
        yield Text(f"and {words.plural(hidden, 'tunnel')} more that are up (in the JSON report)", "dim")
    if len(tunnels) <= _TUNNELS_IN_DETAIL:
        for tunnel in tunnels:
            yield from _security_associations(tunnel)


def _worth_showing(tunnels: Sequence[ReportTunnel]) -> tuple[list[ReportTunnel], int]:
    if len(tunnels) <= _TUNNELS_SHOWN:
        return list(tunnels), 0
    shown = [tunnel for tunnel in tunnels if tunnel.state not in ("up", "rekeying")]
    return shown, len(tunnels) - len(shown)


def _tunnel_row(tunnel: ReportTunnel) -> tuple[Text | str, ...]:
    group = tunnel.tunnel_group if tunnel.tunnel_group != tunnel.peer else None
    name = f" {tunnel.peer_name}" if tunnel.peer_name and tunnel.peer_name != tunnel.peer else ""
    return (
        words.printable(tunnel.peer + name),
        words.printable(", ".join(part for part in (group, tunnel.username) if part)),
        f"v{tunnel.ike_version}" if tunnel.ike_version else "",
        Text(words.state(tunnel.state), words.STATE_STYLES[tunnel.state]),
        words.moment(tunnel.since),
        total(tunnel, "pkts encaps"),
        total(tunnel, "pkts decaps"),
    )


def total(tunnel: ReportTunnel, counter: str) -> str:
    """A counter over all child SAs of a tunnel; empty where none has it."""
    values = [child.counters[counter] for child in tunnel.child_sas if counter in child.counters]
    return f"{sum(values):,}" if values else ""


def _security_associations(tunnel: ReportTunnel) -> Iterator[Text]:
    if tunnel.ike_sas or tunnel.child_sas:
        yield Text(f"  {words.whom(tunnel)}", "bold")
    for ike in tunnel.ike_sas:
        yield hanging("    IKE SA    ", ike_sa(ike))
    for child in tunnel.child_sas:
        yield hanging("    child SA  ", child_sa(child))


def ike_sa(ike: IkeSa) -> str:
    """An IKE SA in one line."""
    transforms = "/".join(part for part in (ike.encryption, ike.hash, ike.prf) if part)
    parts = (
        f"IKEv{ike.ike_version}",
        ike.state or ike.status or "",
        "" if ike.role == "unknown" else ike.role,
        transforms,
        f"group {ike.dh_group}" if ike.dh_group else "",
        ike.authentication or "",
        f"{words.span(ike.remaining_seconds)} left" if ike.remaining_seconds is not None else "",
    )
    return words.printable(words.listed(parts))


def child_sa(child: ChildSa) -> str:
    """The child SAs of a pair of selectors in one line, the counters that tell something among them."""
    counters = [
        f"{name.removeprefix('pkts ')} {count:,}"
        for name, count in child.counters.items()
        if name in _ALWAYS_SHOWN or (count and not name.startswith("pkts "))
    ]
    spis = f"in {child.spi_in or '-'} out {child.spi_out or '-'}" if child.spi_in or child.spi_out else ""
    parts = (
        words.selectors(child.selectors) if child.selectors else "",
        spis,
        ", ".join(counters),
        f"{len(child.sas)} SAs (rekey)" if len(child.sas) > 2 else "",
    )
    return words.printable(words.listed(parts))


def _negotiations(negotiations: Sequence[ReportNegotiation]) -> Iterator[RenderableType]:
    shown = runs(negotiations)
    if len(shown) > _NEGOTIATIONS_SHOWN:
        shown = [run for run in shown if run.first.outcome != "established"][:_NEGOTIATIONS_SHOWN] or shown[:1]
    yield table(
        ("#", "Negotiated with", "Exchange", "Outcome", "Times", "Started", "Last", "Result"),
        [_negotiation_row(run) for run in shown],
        right=("Times",),
    )
    hidden = len(negotiations) - sum(run.times for run in shown)
    if hidden:
        yield Text(f"and {words.plural(hidden, 'negotiation')} more (in the JSON report)", "dim")


def _negotiation_row(run: Run) -> tuple[Text | str, ...]:
    one = run.first
    style = {"failed": "bold red", "established": "green", "incomplete": "yellow", "deleted": ""}[one.outcome]
    role = "" if one.role == "unknown" else f", {one.role}"
    spis = [f"SPI in {child.spi_in or '-'} out {child.spi_out or '-'}" for child in one.child_sas[:1]]
    result = (
        f"at {one.stopped_at}" if one.stopped_at and one.outcome != "established" else "",
        *spis,
        f"address {one.assigned_address}" if one.assigned_address else "",
    )
    return (
        words.printable(one.id),
        words.printable(words.listed((one.peer or "", f"user {one.username}" if one.username else ""))),
        words.EXCHANGES[one.exchange] + role,
        Text(one.outcome, style),
        f"{run.times:,}" if run.times > 1 else "",
        _started(one),
        _started(run.last) if run.times > 1 else "",
        words.printable(words.listed(result)),
    )


def _started(one: ReportNegotiation) -> str:
    return one.started_at.strftime("%m-%d %H:%M:%S") if one.started_at else ""


def window(debug: ReportDebug) -> Iterator[Text]:
    """What a debug window was and sent, and whether it is proved closed, a line each."""
    if debug.refusal:
        yield hanging("", words.printable(debug.refusal), "yellow")
        for command in debug.commands:
            yield hanging("  would send: ", words.printable(command), "bold")
        return
    proof = {
        True: ("proved off with `show debug`", "green"),
        False: ("NOT proved off", "bold red"),
        None: ("nothing was switched on", ""),
    }[debug.proved_off]
    times = " to ".join(words.moment(time) for time in (debug.opened_at, debug.closed_at) if time)
    closed_by = _CLOSED_BY.get(debug.closed_by or "", debug.closed_by or "")
    line = hanging("Debug window  ", words.listed((times, closed_by, words.plural(debug.lines, "line"))) + " · ")
    yield line.append(proof[0], proof[1])
    if debug.commands:
        yield hanging("  sent: ", words.printable("; ".join(debug.commands)), "dim")
    for command in debug.left_to_type:
        yield hanging("  left for you to type: ", words.printable(command), "bold")


def _sources(device: ReportDevice) -> Iterator[RenderableType]:
    total, unread = sum(one.lines for one in device.sources), sum(one.unread for one in device.sources)
    read = f"{words.plural(total, 'line')} in {words.plural(len(device.sources), 'text')}"
    year = " · the lines bear no year" if device.clock.year_assumed else ""
    yield hanging("Read  ", f"{read}, {f'{unread:,} not understood' if unread else 'all understood'}{year}", "dim")
    for source in device.sources:
        if source.unread or not source.complete:
            why = source.problem or ("" if source.complete else "incomplete")
            unread_here = f"{source.unread:,} of {words.plural(source.lines, 'line')} not understood"
            said = words.listed((unread_here if source.unread else "", why))
            yield hanging(f"  {words.printable(source.name)}: ", words.printable(said), "dim")
    for reason in words.not_judged(device):
        yield hanging("  not judged: ", words.printable(reason), "magenta")
