"""The cases that every format is shown: reports built from model values, and no reader of ours involved."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import NegotiatedChild
from nornir_ikediag.model.report import (
    Clock,
    Finding,
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
    WalkLines,
    WalkStep,
)
from nornir_ikediag.model.sa import ChildSa, IkeSa, Selector, Selectors
from nornir_ikediag.model.verdict import Alternative, Step

_NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
_PAIR = Selectors(Selector("10.1.0.0/24"), Selector("10.2.0.0/24"))


def _at(minute: int, second: int = 0) -> datetime:
    return _NOON.replace(minute=minute, second=second)


def _device(name: str, **fields: Any) -> ReportDevice:
    defaults: dict[str, Any] = {
        "host": "198.51.100.1",
        "status": "read",
        "role": "active",
        "software": "9.8(2)",
        "context": None,
        "collected_at": _NOON,
        "clock": Clock(None, 0),
        "sources": (ReportSource("show crypto isakmp sa detail", "show", 12, 0, True),),
        "configuration": ReportConfiguration(),
        "tunnels": (),
        "negotiations": (),
        "findings": (),
        "debug": None,
        "last_change": "11:02:17.203 UTC Mon Mar 2 2026 by carol",
        "uptime_seconds": 1_036_800,
    }
    return ReportDevice(name=name, **(defaults | fields))


def _tunnel(peer: str, **fields: Any) -> ReportTunnel:
    defaults: dict[str, Any] = {
        "peer_name": None,
        "kind": "lan-to-lan",
        "tunnel_group": peer,
        "username": None,
        "ike_version": 1,
        "state": "up",
        "since": _at(10),
        "ike_sas": (),
        "child_sas": (),
    }
    return ReportTunnel(peer=peer, **(defaults | fields))


def _up(peer: str, encaps: int, decaps: int) -> ReportTunnel:
    origin = Evidence("show crypto ipsec sa", 3, "    local ident …")
    child = ChildSa(
        peer=peer,
        origin=origin,
        selectors=_PAIR,
        spi_in="0x0a0b0c0d",
        spi_out="0x01020304",
        counters={"pkts encaps": encaps, "pkts decaps": decaps, "send errors": 0, "recv errors": 2},
    )
    ike = IkeSa(
        ike_version=1,
        peer=peer,
        origin=Evidence("show crypto isakmp sa detail", 7, f"1   IKE Peer: {peer}"),
        state="MM_ACTIVE",
        role="initiator",
        encryption="aes-256",
        hash="SHA",
        authentication="preshared",
        remaining_seconds=82_311,
    )
    return _tunnel(peer, ike_sas=(ike,), child_sas=(child,))


def _negotiation(number: str, **fields: Any) -> ReportNegotiation:
    defaults: dict[str, Any] = {
        "ike_version": 1,
        "exchange": "main-mode",
        "role": "initiator",
        "local": "198.51.100.1",
        "peer": "203.0.113.7",
        "tunnel_group": "203.0.113.7",
        "username": None,
        "cookies": None,
        "proposal": None,
        "assigned_address": None,
        "child_sas": (),
        "started_at": _at(1),
        "ended_at": _at(1, 32),
        "outcome": "failed",
        "stage": "phase1",
        "stopped_at": "MM_WAIT_MSG6",
    }
    return ReportNegotiation(id=number, **(defaults | fields))


def _finding(cause: str, **fields: Any) -> Finding:
    defaults: dict[str, Any] = {
        "family": "authentication",
        "severity": "critical",
        "confidence": "certain",
        "side": "unknown",
        "peer": "203.0.113.7",
        "tunnel_group": "203.0.113.7",
        "username": None,
        "negotiation": None,
        "selectors": None,
        "summary": "the pre-shared keys differ",
        "explanation": "",
        "alternatives": (),
        "evidence": (),
        "configuration": (),
        "next_steps": (),
        "ask_peer": (),
        "consequences": (),
        "references": (),
        "count": 1,
        "first_seen": None,
        "last_seen": None,
    }
    return Finding(cause=cause, **(defaults | fields))


def _report(*devices: ReportDevice, verdict: str, walks: tuple[Walk, ...] = ()) -> Report:
    tunnels = [tunnel for device in devices for tunnel in device.tunnels]
    severities = [finding.severity for device in devices for finding in device.findings]
    return Report(
        generated_at=_NOON,
        tool=Tool("0.0.0"),
        devices=devices,
        walks=walks,
        summary=Summary(
            verdict=verdict,  # type: ignore[arg-type]
            devices=len(devices),
            devices_read=sum(device.status == "read" for device in devices),
            tunnels=len(tunnels),
            tunnels_up=sum(tunnel.state == "up" for tunnel in tunnels),
            tunnels_down=sum(tunnel.state == "down" for tunnel in tunnels),
            negotiations=sum(len(device.negotiations) for device in devices),
            findings={name: severities.count(name) for name in ("critical", "error", "warning", "info")},
            not_judged=sum(len(device.not_judged) for device in devices),
        ),
    )


def _key_mismatch() -> Finding:
    return _finding(
        "pre-shared-key-mismatch",
        confidence="likely",
        negotiation="1",
        summary="the pre-shared keys of the two ends differ",
        explanation="The exchange went well up to the first encrypted message. What came back could not be decrypted "
        "into anything that makes sense, which is what a wrong key looks like from this end.",
        evidence=(
            Evidence(
                "debug",
                41,
                "Mar 02 12:01:08 [IKEv1]Group = 203.0.113.7, IP = 203.0.113.7, Received encrypted Oakley Main Mode "
                "packet with invalid payloads, MessID = 0",
            ),
            Evidence("debug", 44, "Mar 02 12:01:32 [IKEv1]IP = 203.0.113.7, ERROR, had problems decrypting packet"),
        ),
        configuration=(Evidence("show running-config tunnel-group", 9, " ikev1 pre-shared-key *****"),),
        alternatives=(
            Alternative("nat-t-port-blocked", "possible", "a capture that shows nothing arriving on UDP 4500"),
        ),
        next_steps=(
            Step("show running-config tunnel-group 203.0.113.7", "read-only", "see when and how the key is set"),
            Step("clear crypto ikev1 sa 203.0.113.7", "resets-this-tunnel", "try again once the keys are equal"),
        ),
        ask_peer=(
            "Which pre-shared key do you have for 198.51.100.1, and when was it last changed? Please enter it anew, "
            "without blanks at its end.",
        ),
        consequences=("tunnel-down",),
        count=3,
        first_seen=_at(1, 8),
        last_seen=_at(1, 32),
    )


def failed() -> Report:
    """One firewall with a debug window, one tunnel down and one up."""
    return _report(
        _device(
            "fw1",
            tunnels=(_tunnel("203.0.113.7", peer_name="branch-7", state="down"), _up("203.0.113.8", 1200, 1180)),
            negotiations=(_negotiation("1"),),
            findings=(_key_mismatch(),),
            sources=(
                ReportSource("show crypto isakmp sa detail", "show", 12, 0, True),
                ReportSource("show crypto ipsec sa", "show", 40, 2, False, "the output stops in the middle of an SA"),
                ReportSource("debug", "debug", 52, 0, True),
            ),
            debug=ReportDebug(
                opened_at=_at(1),
                closed_at=_at(1, 40),
                closed_by="concluded",
                commands=("debug crypto condition peer 203.0.113.7", "debug crypto ikev1 127"),
                lines=52,
                proved_off=True,
            ),
        ),
        verdict="failed",
    )


def healthy() -> Report:
    """One firewall, all well, nothing to say beyond its tunnels."""
    return _report(_device("fw1", tunnels=(_up("203.0.113.7", 10, 12), _up("203.0.113.8", 0, 0))), verdict="healthy")


def established() -> Report:
    """What somebody else logged of a client that came up."""
    tunnel = _tunnel("203.0.113.50", kind="remote-access", tunnel_group="staff", username="dave")
    negotiation = _negotiation(
        "1",
        exchange="aggressive-mode",
        role="responder",
        peer="203.0.113.50",
        tunnel_group="staff",
        username="dave",
        child_sas=(NegotiatedChild(spi_in="0x9e18acb2", spi_out="0xc055290a", selectors=_PAIR),),
        assigned_address="10.9.0.4",
        outcome="established",
        stage="established",
        stopped_at=None,
    )
    return _report(
        _device(
            "asa-debug.log",
            host=None,
            role="unknown",
            software=None,
            collected_at=None,
            clock=Clock(2026, None),
            last_change=None,
            uptime_seconds=None,
            sources=(ReportSource("asa-debug.log", "debug", 432, 0, True),),
            tunnels=(tunnel,),
            negotiations=(negotiation,),
        ),
        verdict="healthy",
        walks=(
            Walk(
                negotiations=("1",),
                clock_offset_seconds=-153,
                steps=(
                    WalkStep(
                        number=1,
                        side="client",
                        exchange="aggressive-mode",
                        message="AM1",
                        direction="sent",
                        summary="the client offers its policies and names its group",
                        message_id=None,
                        client_sequence=(489, 496),
                        started_at=_at(1),
                        duration_seconds=1,
                        lines=(WalkLines("asa-debug.log", 1, 18),),
                        configuration=(Evidence("running-config.txt", 4, "crypto isakmp policy 1"),),
                    ),
                ),
            ),
        ),
    )


def retrying() -> Report:
    """A peer that tries every eight seconds, another one in between, and a third whose log bears no times."""
    tries = [_negotiation("", started_at=_at(0) + timedelta(seconds=8 * number), ended_at=None) for number in range(14)]
    further = _negotiation("", started_at=_at(55), stage="phase2", stopped_at="QM_WAIT_MSG2")
    other = _negotiation("", peer="203.0.113.9", tunnel_group="203.0.113.9", started_at=_at(30), role="responder")
    untimed = _negotiation("", peer="203.0.113.11", tunnel_group="203.0.113.11", started_at=None, ended_at=None)
    in_order = (*tries[:7], other, *tries[7:], further, tries[0], untimed, untimed)
    return _report(
        _device(
            "fw1",
            tunnels=(_tunnel("203.0.113.7", state="down"), _tunnel("203.0.113.9", state="down")),
            negotiations=tuple(
                msgspec.structs.replace(one, id=str(number)) for number, one in enumerate(in_order, start=1)
            ),
            findings=(
                _finding(
                    "peer-no-reply",
                    negotiation="15",
                    summary="the peer never answered",
                    count=15,
                    first_seen=_at(0),
                    last_seen=_at(1, 44),
                ),
            ),
        ),
        verdict="failed",
    )


def fleet() -> Report:
    """Five firewalls: healthy, down, one-way, standby and out of reach."""
    return _report(
        _device("fw-berlin", tunnels=(_up("203.0.113.7", 10, 12),)),
        _device("fw-lyon", tunnels=(_up("203.0.113.9", 10_000, 0),), findings=(_one_way(),)),
        _device(
            "fw-oslo",
            tunnels=(_tunnel("203.0.113.7", state="down", since=None),),
            findings=(
                _finding("peer-no-reply", family="reachability", side="path", summary="the peer never answered"),
            ),
        ),
        _device("fw-rome", role="standby", findings=(_standby(),)),
        _device(
            "fw-turin",
            status="unreachable",
            role="unknown",
            software=None,
            collected_at=None,
            last_change=None,
            uptime_seconds=None,
            sources=(),
            findings=(_unreachable(),),
            judged=False,
            not_judged=("fw-turin could not be reached: no answer on port 22 of 198.51.100.9 within 10 s.",),
        ),
        verdict="failed",
    )


def _one_way() -> Finding:
    return _finding(
        "no-return-traffic",
        family="data-path",
        severity="warning",
        side="peer",
        peer="203.0.113.9",
        tunnel_group="203.0.113.9",
        selectors=_PAIR,
        summary="10,000 packets were encrypted and none came back",
    )


def _standby() -> Finding:
    return _finding(
        "not-active-unit",
        family="device",
        severity="info",
        side="local",
        peer=None,
        tunnel_group=None,
        summary="this unit is the standby of a failover pair",
    )


def _unreachable() -> Finding:
    return _finding(
        "device-unreachable",
        family="device",
        severity="error",
        side="path",
        peer=None,
        tunnel_group=None,
        summary="no answer on port 22 of 198.51.100.9 within 10 s",
        next_steps=(Step("ssh 198.51.100.9", "read-only", "see whether the address answers at all"),),
    )


def unjudged() -> Report:
    """Nothing is known to be broken, because nothing could be read."""
    return _report(
        _device(
            "fw1",
            status="partial",
            judged=False,
            not_judged=("the output of `show crypto ipsec sa` stops in the middle of an SA",),
        ),
        verdict="undetermined",
    )


def hostile() -> Report:
    """A device, a peer and a user who would like to write on the reader's terminal, page or scrape."""
    finding = _finding(
        "undetermined",
        family="device",
        severity="warning",
        peer="203.0.113.7",
        tunnel_group='a"b\\c[red]</td><script>alert(1)</script>',
        username="\x1b]0;owned\x07[bold]mallory[/bold]",
        summary="[/] something failed \x9b2J",
        evidence=(Evidence("debug", 1, "\x1b[2J\x1b[31m[link=file:///etc]click[/link]\r\x00 <b>&amp; \u202egpj.exe"),),
    )
    return _report(
        _device(
            "[reverse]fw[/reverse]<i>",
            tunnels=(_tunnel("203.0.113.7", state="unknown", username="{{ 7*7 }}\x1b[5m", tunnel_group="]]>"),),
            findings=(finding,),
        ),
        verdict="degraded",
    )


CASES: Mapping[str, Callable[[], Report]] = {
    case.__name__: case for case in (failed, healthy, established, retrying, fleet, unjudged, hostile)
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    """The name of each case in turn."""
    return str(request.param)


@pytest.fixture
def build() -> Mapping[str, Callable[[], Report]]:
    """Every case by its name, to be built."""
    return CASES
