"""What ends an exchange, or what was established by one."""

from nornir_ikediag.model.event import Event
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_peer import Peer

_OLD_SA_STATES = ("REKEY_DONE",)  # the IKE SA that a rekey replaced goes away: nothing ended


def torn_down(peer: Peer, event: Event) -> Attempt | None:
    if event.get("scope") == "child":
        return child_torn_down(peer, event)
    return session_over(peer, event)


def child_torn_down(peer: Peer, event: Event) -> Attempt | None:
    focus = peer.focus
    if focus is not None and focus.outcome == "failed" and focus.is_near(event):
        focus.take(event)
        return focus
    remote, local = event.get("remote").partition("/")[0], event.get("local").partition("/")[0]
    gone = [one for one in peer.established if one.outcome == "established"]
    same = [one for one in gone if one.selectors and _is_about(one, local, remote)]
    target = same[0] if same else gone[-1] if gone else None
    if target is None:
        if focus is not None and focus.running and focus.quick is not None:
            focus.take(event)
            return peer.fail(focus, event)
        peer.loose.append(event)
        return None
    target.take(event)
    if target.rekey and len(same or gone) == 1 and not target.old_sa_gone:
        target.old_sa_gone = True  # the log begins after the SA that this one replaced
    else:
        target.delete()
    return target


def session_over(peer: Peer, event: Event) -> Attempt | None:
    running = [one for one in (*peer.quick.values(), peer.first) if one is not None and one.running]
    target = peer.focus if peer.focus is not None and (peer.focus.running or peer.focus.is_near(event)) else None
    if target is None:
        target = running[-1] if running else peer.established[-1] if peer.established else None
    if target is None:
        peer.loose.append(event)
    else:
        target.take(event)
    for attempt in running:
        peer.fail(attempt, event, event.get("state") or None)
    for attempt in peer.established:
        attempt.delete()
    peer.established.clear()
    peer.ike_sas_up = 0
    peer.focus = target or peer.focus
    return target


def ike_terminating(peer: Peer, event: Event) -> Attempt | None:
    state = event.get("state")
    if any(word in state for word in _OLD_SA_STATES) or peer.ike_sas_up > 1:
        peer.ike_sas_up = max(peer.ike_sas_up - 1, 1)
        return peer.other(event)
    return session_over(peer, event)


def delete_received(peer: Peer, event: Event) -> Attempt | None:
    if event.get("scope") == "ike" and event.get("rekeyed") != "yes":
        return session_over(peer, event)
    return peer.other(event)


def _is_about(attempt: Attempt, local: str, remote: str) -> bool:
    selectors = attempt.selectors
    if selectors is None:
        return False
    return selectors.local.network.startswith(local) and selectors.remote.network.startswith(remote)
