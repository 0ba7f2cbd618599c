"""Steps that the causes about remote users share: who the user is, and what the AAA server says."""

import re

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Step

# what a refused user explains
SYMPTOMS = (
    "xauth-timeout", "authentication-failed", "deleted-by-peer", "tunnel-down", "tunnel-negotiating",
    "peer-stopped-answering", "tunnel-flapping", "undetermined",
)  # fmt: skip


def refused_users(tunnel: Tunnel) -> tuple[tuple[tuple[Negotiation, Event], ...], bool]:
    """The attempts that died of the user's authentication, and whether a silent AAA server is behind it."""
    kinds = (EventKind.XAUTH_REJECTED, EventKind.AAA_UNREACHABLE)
    refused = failed_because(tunnel, lambda attempt, event: event.kind in kinds and not _by_limit(attempt))
    unreachable = tuple(
        (attempt, attempt.first(EventKind.AAA_UNREACHABLE) or event)
        for attempt, event in refused
        if attempt.has(EventKind.AAA_UNREACHABLE) or event.kind == EventKind.AAA_UNREACHABLE
    )
    return (unreachable, True) if unreachable else (refused, False)


def _by_limit(attempt: Negotiation) -> bool:
    return any(map(is_login_limit, attempt.all(EventKind.XAUTH_REJECTED)))


def is_login_limit(event: Event) -> bool:
    """Whether a rejection or a teardown is about simultaneous logins and not about credentials."""
    return bool(re.search(r"simultaneous login|port preempted", event.get("reason"), re.IGNORECASE))


def user_of(tunnel: Tunnel, *events: Event) -> str:
    """`user bob`, or `the user` where nothing names one."""
    name = next((event.username for event in events if event.username), None) or tunnel.username
    return f"user {name}" if name else "the user"


def aaa_steps(tunnel: Tunnel) -> tuple[Step, ...]:
    """Which server the group asks, and how that server does."""
    return (
        _steps.show_group(tunnel, "see which AAA server group authenticates these users"),
        _steps.read("show aaa-server", "see whether the servers answer, and their counts of rejects and timeouts"),
        _steps.read("show logging | include 113", "read what AAA logged about the user"),
    )
