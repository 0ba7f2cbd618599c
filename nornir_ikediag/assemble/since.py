"""Since when a tunnel has been up or down."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel, TunnelState

_LOGIN = re.compile(r"(\d\d:\d\d:\d\d)\S* .*?([A-Z][a-z]{2}) +(\d{1,2}) +(\d{4})$")
_ENDS = (
    EventKind.TORN_DOWN,
    EventKind.DPD_TIMEOUT,
    EventKind.DELETE_RECEIVED,
    EventKind.DELETE_SENT,
    EventKind.IDLE_TIMEOUT,
    EventKind.ADMINISTRATOR_CLEARED,
)


def since(tunnel: Tunnel, state: TunnelState, read_at: datetime | None, session: timedelta | None) -> datetime | None:
    """When the tunnel came into this state, or None where nothing tells.

    Up: the session's age or login, else the log's last coming up, else the age of the IKE SA, which begins anew with
    every rekey of phase 1 and is then the latest that it can be. Down: the end that was logged, else the first attempt
    that failed since.
    """
    if state in ("up", "partial", "rekeying", "phase1-only"):
        return _up_since(tunnel, read_at, session)
    if state in ("down", "idle", "negotiating"):
        return _down_since(tunnel)
    return None


def _up_since(tunnel: Tunnel, read_at: datetime | None, session: timedelta | None) -> datetime | None:
    if session is not None and read_at is not None:
        return read_at - session
    logins = list(filter(None, (_login(one.login_time or "") for one in tunnel.sessions)))
    if logins:
        return min(logins)
    came_up = [one.ended_at for one in tunnel.negotiations if one.outcome == "established" and _is_first(one)]
    if came_up and came_up[-1] is not None:
        return came_up[-1]
    ages = [sa.active_seconds for sa in tunnel.ike_sas if sa.active_seconds is not None]
    ages += [
        sa.lifetime_seconds - sa.remaining_seconds
        for sa in tunnel.ike_sas
        if sa.active_seconds is None and sa.lifetime_seconds and sa.remaining_seconds is not None
    ]
    age = max((age for age in ages if age >= 0), default=None)
    return read_at - timedelta(seconds=age) if read_at is not None and age is not None else None


def _login(printed: str) -> datetime | None:
    """`08:12:11 UTC Tue Mar 12 2024`."""
    found = _LOGIN.match(printed)
    try:
        return datetime.strptime(" ".join(found.groups()), "%H:%M:%S %b %d %Y") if found else None
    except ValueError:
        return None


def _down_since(tunnel: Tunnel) -> datetime | None:
    ended = [one.ended_at for one in tunnel.negotiations if one.outcome == "deleted" and one.ended_at]
    ended += [event.at for event in tunnel.events if event.kind in _ENDS and event.at]
    if ended:
        return ended[-1]
    return next((one.started_at for one in _failing(tunnel.negotiations) if one.started_at), None)


def _failing(negotiations: Sequence[Negotiation]) -> Sequence[Negotiation]:
    last = max((number for number, one in enumerate(negotiations, 1) if one.outcome == "established"), default=0)
    return negotiations[last:]


def _is_first(negotiation: Negotiation) -> bool:
    return not (negotiation.child_only or negotiation.rekey or negotiation.exchange == "quick-mode")
