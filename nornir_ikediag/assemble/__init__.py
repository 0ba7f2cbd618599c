"""SAs, configuration and negotiations joined by peer into tunnels, and tunnels into a device.

The current state is that of the last round of show commands; an earlier round becomes `Tunnel.before`. The rules of a
tunnel's state stand in ``states.py``, those of who is who in ``identities.py``.
"""

from collections.abc import Iterable, Sequence

import msgspec

from nornir_ikediag.assemble.coverage import CHILD, IKE, Round
from nornir_ikediag.assemble.facts import device_facts
from nornir_ikediag.assemble.identities import Identities, Material
from nornir_ikediag.assemble.since import since
from nornir_ikediag.assemble.states import state_of
from nornir_ikediag.assemble.strays import beside, knocking, of_no_peer, placed, unnamed
from nornir_ikediag.assemble.texts import Texts, read_all
from nornir_ikediag.assemble.tunnels import Joined, Named, build, configured_only, join
from nornir_ikediag.capture import Capture
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.facts import DeviceFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel


def assemble(capture: Capture) -> Device:
    """The device that this capture shows: its facts, a tunnel for every peer that the device has, logged or is
    configured for (those that the caller asked about, if he did), and the events that name no peer.

    Any text gives a device. Raises InputError when a file of the capture went away while it was read.
    """
    texts = read_all(capture)
    facts = device_facts(capture, texts)
    named = Named(facts.configuration)
    rounds = sorted({text.source.round for text in texts.shows if text.reading.stem in (IKE, CHILD)}) or [0]
    earlier = _tunnels_before(texts, facts, named, rounds[-2]) if len(rounds) > 1 else {}
    own, other_ends = _by_end(texts)
    strays, rest = placed(texts.replayed.device_events, facts.configuration)
    explaining, rest = beside(rest, own)
    logged = Logged(own, [*_peer_events(texts), *strays, *explaining, *knocking(rest)])
    if not (own or logged.peer_events or any(text.reading.ike_sas or text.reading.child_sas for text in texts.shows)):
        logged = Logged([], unnamed(rest))
    else:
        logged.peer_events.extend(of_no_peer(rest))
    now = Round(texts.shows, rounds[-1])
    tunnels = [
        _finished(draft, capture, now, earlier.get((draft.peer, draft.username)), other_ends)
        for draft in _drafts(texts, facts, named, logged, turn=rounds[-1], asked=capture.peers)
    ]
    tunnels = [tunnel for tunnel in tunnels if tunnel.state != "unknown" or not _is_bare(tunnel, capture.peers)]
    return Device(facts=facts, tunnels=tuple(tunnels), events=tuple(rest))


class Logged(msgspec.Struct, frozen=True):
    """What the logs say of this device's own tunnels."""

    negotiations: Sequence[Negotiation]
    peer_events: list[tuple[str, Event]]


def answers_to(tunnel: Tunnel, who: str) -> bool:
    """Whether somebody who says ``who`` (an address, a name, a tunnel-group, a user) means this tunnel."""
    names = (tunnel.peer, tunnel.peer_name, tunnel.tunnel_group, tunnel.username)
    return who.lower() in {name.lower() for name in names if name}


def _drafts(
    texts: Texts,
    facts: DeviceFacts,
    named: Named,
    logged: Logged,
    *,
    turn: int,
    asked: Sequence[str],
) -> list[Tunnel]:
    """All tunnels without their state; of those that were asked for, one also where nothing is to be found."""
    material = _material(texts, facts, turn, logged)
    identities = Identities(material)
    joined = join(material, identities)
    seen = {name for one in joined for name in (one.peer, identities.name_of(one.peer)) if name}
    joined += [Joined((peer, None)) for peer in configured_only(facts.configuration, seen, asked)]
    drafts = [build(one, facts, identities, named) for one in joined]
    if not asked:
        return drafts
    kept = [draft for draft in drafts if any(answers_to(draft, who) for who in asked)]
    lost = [who for who in asked if not any(answers_to(draft, who) for draft in kept)]
    return kept + [build(Joined((who, None)), facts, identities, named) for who in lost]


def _material(texts: Texts, facts: DeviceFacts, turn: int, logged: Logged) -> Material:
    readings = [text.reading for text in texts.shows if text.source.round == turn]
    return Material(
        ike_sas=[sa for reading in readings for sa in reading.ike_sas],
        child_sas=[child for reading in readings for child in reading.child_sas],
        sessions=[session for text in texts.shows for session in text.reading.sessions],
        negotiations=logged.negotiations,
        peer_events=logged.peer_events,
        configuration=facts.configuration,
    )


def _peer_events(texts: Texts) -> list[tuple[str, Event]]:
    return [(peer, event) for peer, events in texts.replayed.peer_events.items() for event in events]


def _by_end(texts: Texts) -> tuple[list[Negotiation], dict[str, Negotiation]]:
    """The negotiations that this device logged; and, by their cookies, those that a VPN client logged of the same."""
    client_logs = {facts.name for facts in texts.sources if facts.kind == "client-log"}
    all_of_them = texts.replayed.negotiations
    ours = [one for one in all_of_them if one.origin.origin.source not in client_logs]
    cookies = {one.cookies for one in ours if one.cookies}
    ends: dict[str, Negotiation] = {}
    for one in all_of_them:
        if one.origin.origin.source in client_logs:
            if one.cookies and one.cookies in cookies:
                ends[one.cookies] = one
            else:
                ours.append(one)
    return ours, ends


def _tunnels_before(texts: Texts, facts: DeviceFacts, named: Named, turn: int) -> dict[tuple[str, str | None], Tunnel]:
    """The tunnels by the SAs of an earlier round, without what was logged."""
    then = Round(texts.shows, turn)
    material = _material(texts, facts, turn, Logged((), []))
    identities = Identities(material)
    tunnels = {}
    for one in join(material, identities):
        draft = build(one, facts, identities, named)
        known = then.known(draft, standby=_is_standby(facts), wanted=False)
        tunnels[draft.peer, draft.username] = msgspec.structs.replace(draft, state=state_of(draft, known))
    return tunnels


def _finished(
    draft: Tunnel, capture: Capture, now: Round, before: Tunnel | None, other_ends: dict[str, Negotiation]
) -> Tunnel:
    wanted = _is_asked_for(draft, capture.peers) or _comes_up_by_itself(draft)
    state = state_of(draft, now.known(draft, standby=_is_standby(draft.device), wanted=wanted))
    read_at = now.read_at or capture.collected_at
    theirs = tuple(other_ends[one.cookies] for one in draft.negotiations if one.cookies in other_ends)
    other_end = Tunnel(peer=theirs[0].peer or "", device=draft.device, negotiations=theirs) if theirs else None
    return msgspec.structs.replace(
        draft,
        state=state,
        since=since(draft, state, read_at, now.session_age(draft)),
        before=before,
        other_end=other_end,
    )


def _is_bare(tunnel: Tunnel, asked: Sequence[str]) -> bool:
    """Whether the configuration alone knows this peer. Where nothing was read that could show it, it is no tunnel of
    this capture: somebody who brings one peer's log with the configuration did not ask about the others."""
    seen = tunnel.ike_sas or tunnel.child_sas or tunnel.negotiations or tunnel.events
    return not seen and not _is_asked_for(tunnel, asked)


def _is_standby(facts: DeviceFacts) -> bool:
    return facts.role in ("standby", "data")


def _is_asked_for(tunnel: Tunnel, asked: Iterable[str]) -> bool:
    return any(answers_to(tunnel, who) for who in asked)


def _comes_up_by_itself(tunnel: Tunnel) -> bool:
    """A virtual tunnel interface initiates without traffic, unless it is shut down."""
    entries = tunnel.configuration.crypto_maps if tunnel.configuration else ()
    if not tunnel.interfaces or any(entry.kind == "static" for entry in entries):
        return False
    shut = {one.name for one in tunnel.device.interfaces if "administratively" in one.origin.text.lower()}
    return any(not one.shut and one.name not in shut for one in tunnel.interfaces)
