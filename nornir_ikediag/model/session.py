"""A session of `show vpn-sessiondb`."""

import msgspec

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import ChildSa


class VpnSession(msgspec.Struct, frozen=True, kw_only=True):
    """One session as `show vpn-sessiondb detail l2l|ra-ikev1-ipsec|…` prints it.

    ``children`` are the child SAs of a LAN-to-LAN session, without SPIs: with ``detail`` each with its networks and
    packets; else one, that counts the bytes of them all (``bytes tx``, ``bytes rx``).
    """

    peer: str
    origin: Evidence
    index: int | None = None
    connection: str | None = None  # tunnel-group, as printed after Connection
    username: str | None = None
    protocol: str | None = None
    bytes_sent: int | None = None
    bytes_received: int | None = None
    login_time: str | None = None
    duration_seconds: int | None = None
    children: tuple[ChildSa, ...] = ()
    further: dict[str, str] = {}
