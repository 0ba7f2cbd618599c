"""What only the place of an event in its exchange tells: whether it is about the IKE SA or the child, and whose side.

A refusal says neither; a notify names what is refused and not of which SA; TSi and TSr are local or remote by who
began the exchange.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.sa import Role, Selectors
from nornir_ikediag.protocol.ikev2_exchanges import REFUSING_NOTIFIES


class Standing(NamedTuple):
    """How far the attempt has come when the event is told."""

    role: Role
    stage: str
    in_auth: bool  # IKE_SA_INIT is over
    child_only: bool
    selectors: Selectors | None


Placed = tuple[EventKind, dict[str, str]]  # the kind that the event really is, and what else it says


def placed(event: Event, standing: Standing) -> Event:
    """The event with what its place tells; only for the kinds of :data:`PLACES`."""
    kind, further = PLACES[event.kind](event, standing)
    if kind is event.kind and not further:
        return event
    return msgspec.structs.replace(event, kind=kind, fields={**event.fields, **further})


def notify_of(event: Event) -> str:
    """The RFC word of the notify that this event names."""
    return event.get("name").strip().upper().replace(" ", "_").replace("-", "_")


def _refusal(standing: Standing) -> Placed:
    if standing.in_auth:
        return EventKind.IPSEC_PROPOSALS_REFUSED, {"phase": "2"}
    return EventKind.IKE_PROPOSALS_REFUSED, {"phase": "1"} if standing.stage == "phase1" else {}


def _proposals(event: Event, standing: Standing) -> Placed:
    return _refusal(standing) if event.get("phase") == "unknown" else (event.kind, {})


def _selectors(event: Event, standing: Standing) -> Placed:
    # an empty list of policies in IKE_SA_INIT: the crypto map was not asked yet
    if event.get("list") == "empty" and standing.stage == "phase1" and not standing.in_auth:
        return _refusal(standing)
    known = standing.selectors
    if not event.get("remote") and known is not None:
        return event.kind, {"local": known.local.network, "remote": known.remote.network}
    return event.kind, {}


def _notify(event: Event, standing: Standing) -> Placed:
    name = notify_of(event)
    if name == "TEMPORARY_FAILURE" and standing.child_only:  # one end is rekeying itself (RFC 7296 section 2.25)
        return EventKind.REKEY_COLLISION, {}
    if name == "CHILD_SA_NOT_FOUND":
        return EventKind.STALE_SA, {"by": "peer"} if event.kind is EventKind.NOTIFY_RECEIVED else {}
    if name not in REFUSING_NOTIFIES:
        return event.kind, {}
    phase = "2" if standing.child_only else REFUSING_NOTIFIES[name] if standing.in_auth else "1"
    return event.kind, {"phase": phase}


def _group(event: Event, standing: Standing) -> Placed:
    return (EventKind.PFS_MISMATCH, {"phase": "2"}) if standing.child_only else (event.kind, {})


def _proxy(event: Event, standing: Standing) -> Placed:
    """TSi is the side of the end that began this exchange (RFC 7296 section 2.9)."""
    role = standing.role
    if role == "unknown":
        role = "initiator" if event.kind is EventKind.PROXY_SENT else "responder"
    ours = (event.get("payload") == "TSi") == (role == "initiator")
    return event.kind, {"side": "local" if ours else "remote"}


PLACES: Mapping[EventKind, Callable[[Event, Standing], Placed]] = {
    EventKind.IKE_PROPOSALS_REFUSED: _proposals,
    EventKind.SELECTORS_REFUSED: _selectors,
    EventKind.NOTIFY_RECEIVED: _notify,
    EventKind.NOTIFY_SENT: _notify,
    EventKind.KE_WRONG_GROUP: _group,
    EventKind.PROXY_RECEIVED: _proxy,
    EventKind.PROXY_SENT: _proxy,
}
