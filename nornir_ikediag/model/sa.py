"""Security associations as the show commands print them.

An *IKE SA* protects the negotiation (phase 1). A *child SA* is a pair, or during a rekey two pairs, of unidirectional
ESP or AH SAs for one pair of selectors (phase 2; RFC 7296 calls it CHILD_SA, and we use the word for IKEv1 too).
"""

from typing import Literal

import msgspec

from nornir_ikediag.model.evidence import Evidence

Role = Literal["initiator", "responder", "unknown"]
IkeVersion = Literal[1, 2]


class Selector(msgspec.Struct, frozen=True, gc=False):
    """One side of what a child SA protects.

    ``network`` is a prefix (``10.0.0.0/24``, ``2001:db8::/64``), a host as ``/32`` or ``/128``, a range
    (``10.0.0.1-10.0.0.9``), or a name when the device printed one. ``protocol`` 0 and port ``0`` mean any; ``port``
    is ``443`` or a range ``0-65535``.
    """

    network: str
    protocol: int = 0
    port: str = "0"


class Selectors(msgspec.Struct, frozen=True, gc=False):
    """The pair of selectors of a child SA (IKEv1: proxy identities), seen from this device."""

    local: Selector
    remote: Selector


class IkeSa(msgspec.Struct, frozen=True, kw_only=True):
    """One IKE SA. ``state`` and ``type_printed`` are the device's own words, as printed (``MM_ACTIVE``, ``user``)."""

    ike_version: IkeVersion
    peer: str
    origin: Evidence
    state: str | None = None
    role: Role = "unknown"
    type_printed: str | None = None
    rekey: bool | None = None
    local: str | None = None
    local_port: int | None = None
    peer_port: int | None = None
    encryption: str | None = None
    hash: str | None = None
    prf: str | None = None
    dh_group: str | None = None
    authentication: str | None = None
    lifetime_seconds: int | None = None
    remaining_seconds: int | None = None
    active_seconds: int | None = None
    tunnel_id: str | None = None
    session_id: int | None = None
    status: str | None = None  # IKEv2 session status, as printed: UP-ACTIVE, UP-IDLE
    spi_local: str | None = None
    spi_remote: str | None = None
    nat_t: bool | None = None
    further: dict[str, str] = {}  # what `detail` adds and no field above holds, by the device's own label


class EspSa(msgspec.Struct, frozen=True, kw_only=True):
    """One unidirectional IPsec SA. ``spi`` is ``0x%08x``; ``settings`` are the words between the braces, in order."""

    direction: Literal["inbound", "outbound"]
    protocol: Literal["esp", "ah"]
    spi: str
    origin: Evidence
    transform: str | None = None
    settings: tuple[str, ...] = ()
    state: str | None = None
    slot: int | None = None
    connection_id: int | None = None
    crypto_map: str | None = None
    remaining_seconds: int | None = None
    remaining_kilobytes: int | None = None
    iv_bytes: int | None = None
    replay_detection: bool | None = None
    anti_replay_bitmap: tuple[str, ...] = ()
    rekeyed: bool = False


class ChildSa(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `show crypto ipsec sa`: a pair of selectors with every SA under it.

    ``counters`` holds every ``#name: n`` pair by the device's own name without the ``#`` (``pkts encaps``), and
    ``counter_origins`` the line of each. ``sas`` keeps all inbound and outbound SAs, both pairs during a rekey.
    An IKEv2 child SA that only `show crypto ikev2 sa` showed has SPIs and selectors and no counters.
    """

    peer: str
    origin: Evidence
    selectors: Selectors | None = None
    ike_version: IkeVersion | None = None
    username: str | None = None
    interface: str | None = None
    crypto_map: str | None = None
    sequence: int | None = None
    access_list: str | None = None
    local: str | None = None
    local_endpoint: str | None = None
    remote_endpoint: str | None = None
    local_port: int | None = None
    remote_port: int | None = None
    assigned_address: str | None = None  # 'dynamic allocated peer ip'
    path_mtu: int | None = None
    media_mtu: int | None = None
    ipsec_overhead: str | None = None
    spi_in: str | None = None  # the current pair; the older one of a rekey is in `sas`
    spi_out: str | None = None
    sas: tuple[EspSa, ...] = ()
    counters: dict[str, int] = {}
    counter_origins: dict[str, Evidence] = {}
    further: dict[str, str] = {}  # labelled values that no field above holds
