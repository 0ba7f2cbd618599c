"""What a cause answers: found, ruled out, or cannot tell (and then what is missing)."""

from typing import Literal

import msgspec

from nornir_ikediag.model.event import Event
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import Selectors

Severity = Literal["critical", "error", "warning", "info"]
Confidence = Literal["certain", "likely", "possible"]
Side = Literal["local", "peer", "path", "unknown"]
Effect = Literal["read-only", "resets-this-tunnel", "changes-configuration"]


class Step(msgspec.Struct, frozen=True):
    """Something to type next. ``why`` is one clause. Nothing that we propose touches other tunnels."""

    command: str
    effect: Effect
    why: str


class Alternative(msgspec.Struct, frozen=True):
    """Another cause that fits the same lines, and what would tell the two apart."""

    cause: str
    confidence: Confidence
    tell_apart_by: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The cause is there. ``summary`` is one line without the peer's name in front; ``explanation`` says how the lines
    prove it. ``evidence`` holds the proving line first. ``severity`` None means the catalogue's."""

    summary: str
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    side: Side
    explanation: str = ""
    severity: Severity | None = None
    negotiation: Negotiation | None = None
    selectors: Selectors | None = None
    alternatives: tuple[Alternative, ...] = ()
    configuration: tuple[Evidence, ...] = ()
    next_steps: tuple[Step, ...] = ()
    ask_peer: tuple[str, ...] = ()
    count: int = 1
    seen: tuple[Event, ...] = ()  # all that is counted, where the evidence is only some of it
    peers: tuple[str, ...] = ()  # a device cause's tunnels: only what is found on these is folded under it


class RuledOut(msgspec.Struct, frozen=True):
    """The cause is not there; ``because`` is empty when simply nothing hints at it."""

    because: str = ""


class CannotTell(msgspec.Struct, frozen=True):
    """What is needed is missing or unreadable; ``missing`` names it for a person."""

    missing: str


Verdict = Found | RuledOut | CannotTell


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The constant ``CAUSE`` of a module in ``causes/``.

    ``explains`` names the causes (usually symptoms) that this one swallows when both are found on one tunnel.
    ``needs`` names what it reads: 'log', 'configuration', 'crypto_ipsec_sa', … (for the catalogue's page).
    """

    title: str
    family: str
    severity: Severity
    needs: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
