"""The values of a simulated device: tunnels as configured, and the SAs that live at a moment."""

import ipaddress
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, kw_only=True)
class Phase1:
    """One IKE policy, in the words of the configuration. ``prf`` is IKEv2's."""

    encryption: str = "aes-256"
    hash: str = "sha"
    dh_group: str = "5"
    lifetime_seconds: int = 86400
    authentication: str = "pre-share"
    prf: str = ""

    def but(self, **changes: str) -> "Phase1":
        """The same policy with these attributes changed: what the other end has configured."""
        return replace(self, **changes)  # type: ignore[arg-type]  # all the attributes that ends change are text


@dataclass(frozen=True, kw_only=True)
class Phase2:
    """One transform set or IKEv2 proposal, in the words of `show crypto ipsec sa`."""

    encryption: str = "esp-aes-256"
    integrity: str = "esp-sha-hmac"
    pfs_group: str = ""
    lifetime_seconds: int = 28800
    lifetime_kilobytes: int = 4608000


@dataclass(frozen=True, kw_only=True)
class Tunnel:
    """One crypto map entry with everything that hangs on it. ``local`` and ``remote`` are networks, `10.1.0.0/24`.

    ``user`` makes it a remote-access tunnel on a dynamic map: ``group`` is then the tunnel-group, ``remote`` the
    address that the user gets. ``interface`` makes it route-based: the number of its tunnel interface.
    """

    peer: str
    local: str
    remote: str
    group: str = ""
    user: str = ""
    sequence: int = 10
    map_name: str = "OUTSIDE_MAP"
    access_list: str = "VPN-PARTNER"
    transform_set: str = "ESP-AES256-SHA"
    ike: Phase1 = field(default_factory=Phase1)
    ipsec: Phase2 = field(default_factory=Phase2)
    ike_version: int = 1
    has_tunnel_group: bool = True
    idle_timeout: str = ""
    interface: int = 0

    @property
    def group_name(self) -> str:
        """The tunnel-group: for LAN-to-LAN it is named after the peer."""
        return self.group or self.peer

    @property
    def connection(self) -> str:
        """As the device names it in its messages: the group, or the user."""
        return f"User ({self.user})" if self.user else f"LAN-to-LAN Group ({self.group_name})"


@dataclass(kw_only=True)
class IkeSa:
    """An IKE SA. ``began`` is in device seconds after the start of the lab, negative if it is older."""

    tunnel: Tunnel
    role: str
    state: str
    began: float
    spi_initiator: int = 0
    spi_responder: int = 0
    rekey: bool = False
    typed: bool = True  # False: the group is not known yet, and the device prints 'user'
    behind_nat: bool = False
    tunnel_id: int = 0


@dataclass(kw_only=True)
class ChildSa:
    """A pair of IPsec SAs with its counters: a base and packets a second, so that they move."""

    tunnel: Tunnel
    spi_in: int
    spi_out: int
    began: float
    encaps: int = 0
    decaps: int = 0
    encaps_rate: float = 0.0
    decaps_rate: float = 0.0
    behind_nat: bool = False
    conn_id: int = 0
    older: "ChildSa | None" = None  # the pair that this one replaces, and that lives on for a while

    def counters(self, now: float) -> tuple[int, int]:
        """(encapsulated, decapsulated) packets at that time."""
        age = max(0.0, now - self.began)
        return self.encaps + int(age * self.encaps_rate), self.decaps + int(age * self.decaps_rate)


def network(text: str) -> tuple[str, str]:
    """`10.1.0.0/24` to (`10.1.0.0`, `255.255.255.0`)."""
    parsed = ipaddress.IPv4Network(text)
    return str(parsed.network_address), str(parsed.netmask)
