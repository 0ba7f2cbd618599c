"""What one round of show commands covers, so that the absence of an SA proves something or nothing.

`show crypto ipsec sa peer X` shows one peer only (its blocks name no interface); `show crypto ikev1 sa` shows no IKEv2
SA. An IKEv2 SA is listed with its child SAs.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nornir_ikediag.assemble.states import Known
from nornir_ikediag.assemble.texts import ShowText
from nornir_ikediag.model.negotiation import UNKNOWN_PEER
from nornir_ikediag.model.tunnel import Tunnel

IKE = "crypto_isakmp_sa"
CHILD = "crypto_ipsec_sa"


class Round:
    """One round of show commands, looked through once."""

    def __init__(self, shows: Sequence[ShowText], number: int) -> None:
        self.number = number
        self._ike_versions: set[int] = set()
        self._all_children = False
        self._children_of: set[str] = set()
        self._durations: dict[str, list[tuple[str | None, int]]] = {}
        self._cut = False
        self.read_at: datetime | None = None
        for text in shows:
            for session in text.reading.sessions:
                if session.duration_seconds is not None:
                    known = self._durations.setdefault(session.peer, [])
                    known.append((session.username, session.duration_seconds))
            if text.source.round == number:
                self._look_at(text)

    def known(self, tunnel: Tunnel, *, standby: bool, wanted: bool) -> Known:
        """What this round can tell about this tunnel."""
        versions = {1, 2} if tunnel.ike_version is None else {tunnel.ike_version}
        names = {tunnel.peer, tunnel.peer_name}
        ike = bool(versions & self._ike_versions)
        return Known(
            ike_sas=ike,
            child_sas=self._all_children or bool(names & self._children_of) or (ike and tunnel.ike_version == 2),
            cut=self._cut,
            after_log=self.number > 0,
            standby=standby,
            wanted=wanted,
        )

    def session_age(self, tunnel: Tunnel) -> timedelta | None:
        """How long the session of this tunnel has lasted, by `show vpn-sessiondb`."""
        for name in (tunnel.peer, tunnel.peer_name):
            for user, seconds in self._durations.get(name or "", ()):
                if tunnel.username in (None, user):
                    return timedelta(seconds=seconds)
        return None

    def _look_at(self, text: ShowText) -> None:
        self.read_at = text.source.ended_at or text.source.started_at or self.read_at
        facts = text.reading.facts
        command = facts.command or text.source.command or ""
        if not facts.complete or facts.refused:
            self._cut = self._cut or (text.reading.stem in (IKE, CHILD) and not facts.refused)
            return
        if text.reading.stem == IKE:
            shown: set[int] = {sa.ike_version for sa in text.reading.ike_sas}
            self._ike_versions |= {1} if "ikev1" in command else {2} if "ikev2" in command else {1, 2}
            self._ike_versions |= shown
        elif text.reading.stem == CHILD:
            asked = _peer_of(command)
            children = text.reading.child_sas
            if asked is not None or (children and all(child.interface is None for child in children)):
                self._children_of |= {child.peer for child in children} | ({asked} if asked else set())
            elif all(
                child.peer and child.peer != UNKNOWN_PEER for child in children
            ):  # an unnamed one could be anybody's
                self._all_children = True


def _peer_of(command: str) -> str | None:
    words = command.split()
    return words[words.index("peer") + 1] if "peer" in words[:-1] else None
