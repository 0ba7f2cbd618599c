"""A tunnel: one peer (and for remote access one user), with all that is known about it. The subject of most causes."""

from datetime import datetime
from typing import Literal

import msgspec

from nornir_ikediag.model.configuration import CryptoMapEntry, GroupPolicy, TunnelGroup, TunnelInterface
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.facts import DeviceFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import ChildSa, IkeSa, IkeVersion
from nornir_ikediag.model.session import VpnSession

TunnelState = Literal["up", "partial", "phase1-only", "negotiating", "rekeying", "idle", "down", "unknown"]
TunnelKind = Literal["lan-to-lan", "remote-access"]


class TunnelConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """What the device's configuration says about this peer. Empty tuples and None where nothing names it."""

    crypto_maps: tuple[CryptoMapEntry, ...] = ()
    tunnel_group: TunnelGroup | None = None
    group_policy: GroupPolicy | None = None


class Tunnel(msgspec.Struct, frozen=True, kw_only=True):
    """``negotiations`` are in the order of the log; ``events`` are those that belong to the peer but to no negotiation.

    ``before`` is the same tunnel in an earlier read of the same session (the show commands ahead of a debug window):
    counters may be compared only where selectors and both SPIs are equal.
    """

    peer: str
    device: DeviceFacts
    peer_name: str | None = None
    kind: TunnelKind = "lan-to-lan"
    tunnel_group: str | None = None
    username: str | None = None
    ike_version: IkeVersion | None = None
    state: TunnelState = "unknown"
    since: datetime | None = None
    ike_sas: tuple[IkeSa, ...] = ()
    child_sas: tuple[ChildSa, ...] = ()
    sessions: tuple[VpnSession, ...] = ()
    negotiations: tuple[Negotiation, ...] = ()
    events: tuple[Event, ...] = ()
    configuration: TunnelConfiguration | None = None  # None: no configuration was read
    before: "Tunnel | None" = None
    other_end: "Tunnel | None" = None
    expectation: str | None = None
    previous: "Tunnel | None" = None

    @property
    def interfaces(self) -> tuple[TunnelInterface, ...]:
        """The tunnel interfaces whose destination the peer is: a route-based tunnel has one, seldom several."""
        configured = self.device.configuration.tunnel_interfaces if self.device.configuration else ()
        return tuple(one for one in configured if one.destination in (self.peer, self.peer_name or self.peer))

    @property
    def failures(self) -> tuple[Negotiation, ...]:
        """The failed negotiations that no later success made good, oldest first.

        A failed first exchange is made good by any later established negotiation of the tunnel; a failed child SA only
        by a later one for the same selectors (or by any, where the selectors are not known).
        """
        standing: list[Negotiation] = []
        for negotiation in self.negotiations:
            if negotiation.outcome in ("established", "deleted"):
                standing = [failed for failed in standing if not _made_good(failed, negotiation)]
            elif negotiation.outcome == "failed":
                standing.append(negotiation)
        return tuple(standing)

    @property
    def unfinished(self) -> tuple[Negotiation, ...]:
        """The negotiation that the log ends in, if it does: at most the last one."""
        if self.negotiations and self.negotiations[-1].outcome == "incomplete":
            return self.negotiations[-1:]
        return ()


def _made_good(failed: Negotiation, success: Negotiation) -> bool:
    if failed.stage != "phase2" and not failed.child_only:
        return True
    if failed.selectors is None or success.selectors is None:
        return True
    return failed.selectors == success.selectors
