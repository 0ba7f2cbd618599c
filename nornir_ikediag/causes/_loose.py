"""The lines about a peer that belong to no negotiation: a pasted fragment, a syslog at a high threshold."""

from collections.abc import Iterable

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel

# The end of an attempt, whatever it died of: even alone, and without a name, such a line says that something failed.
GIVES_UP = frozenset(
    {
        EventKind.ALL_VERSIONS_FAILED, EventKind.NEGOTIATION_ABORTED, EventKind.RETRIES_EXHAUSTED,
        EventKind.SESSION_TIMED_OUT,
    }
)  # fmt: skip


def loose_attempt(tunnel: Tunnel) -> Negotiation | None:
    """Those lines as one attempt without an id, or None: lines before the last success are no failure any more."""
    standing = tuple(_after_last_success(tunnel, tunnel.events))
    if not standing:
        return None
    first = standing[0]
    version = next((event.ike_version for event in standing if event.ike_version), None) or tunnel.ike_version or 1
    of_child = any(event.get("phase") == "2" for event in standing if event.kind in GIVES_UP)
    return Negotiation(
        id="", origin=first, ike_version=version, peer=tunnel.peer, tunnel_group=tunnel.tunnel_group,
        username=tunnel.username, outcome="failed", stage="phase2" if of_child else "unknown", started_at=first.at,
        events=standing,
    )  # fmt: skip


def _after_last_success(tunnel: Tunnel, events: Iterable[Event]) -> Iterable[Event]:
    successes = [one for one in tunnel.negotiations if one.outcome in ("established", "deleted") and one.events]
    ends = {one.events[-1].origin.source: one.events[-1].origin.line for one in successes}
    return (event for event in events if event.origin.line > ends.get(event.origin.source, 0))
