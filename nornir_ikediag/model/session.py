"""A session of `show vpn-sessiondb`."""

import msgspec

from nornir_ikediag.model.evidence import Evidence


class VpnSession(msgspec.Struct, frozen=True, kw_only=True):
    """One session as `show vpn-sessiondb detail l2l|ra-ikev1-ipsec|…` prints it."""

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
    further: dict[str, str] = {}
