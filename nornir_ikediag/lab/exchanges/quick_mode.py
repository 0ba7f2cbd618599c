"""IKEv1 quick mode: three messages for one pair of IPsec SAs (RFC 2409 section 5.5).

1 HASH SA NONCE [KE] ID ID · 2 the same · 3 HASH. KE is there when PFS is asked for.
"""

import ipaddress

from nornir_ikediag.lab.device import Context
from nornir_ikediag.lab.exchanges.main_mode import ROUND_TRIP_SECONDS
from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.tunnel import ChildSa, Tunnel, network
from nornir_ikediag.lab.wire import Wire

REFUSED_IN_NEGOTIATION = (
    "QM_DONE, EV_ERROR",
    "QM_BLD_MSG2, EV_NEGO_SA",
    "QM_BLD_MSG2, EV_IS_REKEY",
    "QM_BLD_MSG2, EV_CONFIRM_SA",
    "QM_BLD_MSG2, EV_PROC_MSG",
    "QM_BLD_MSG2, EV_HASH_OK",
    "QM_BLD_MSG2, NullEvent",
    "QM_BLD_MSG2, EV_COMP_HASH",
)


def message_id(wire: Wire) -> int:
    """A message id, sometimes with a leading zero: devices print it padded in some lines and not in others."""
    return wire.device.dice.getrandbits(32) | 1 << 24


def new_child(context: Context, tunnel: Tunnel, *, began: float | None = None) -> ChildSa:
    """A pair of IPsec SAs that carries traffic both ways; it is not in the show commands before it is installed."""
    number = context.device.number
    return ChildSa(
        tunnel=tunnel,
        spi_in=number(),
        spi_out=number(),
        began=context.now() if began is None else began,
        encaps_rate=3.0,
        decaps_rate=2.5,
        conn_id=4096 * (1 + len(context.child_sas)),
    )


def install(context: Context, child: ChildSa) -> None:
    """The pair is in the show commands, and replaces what the tunnel had before, which is there a little longer."""
    child.older = next((sa for sa in context.child_sas if sa.tunnel is child.tunnel), None)
    if child.older is not None:
        child.older.older = None
        child.encaps, child.decaps = child.older.counters(context.now())
    context.child_sas = [sa for sa in context.child_sas if sa.tunnel is not child.tunnel]
    child.began = context.now()
    context.child_sas.append(child)


def _payloads(wire: Wire, *, keys: bool, notify: bool = False) -> str:
    return f"HASH SA NONCE {'KE ' if keys else ''}ID ID{' NOTIFY' if notify else ''}"


def _proxy(label: str, text: str) -> str:
    address, mask = network(text)
    if mask == "255.255.255.255":
        return f"  {label} host: {address}  Protocol 0  Port 0"
    word = "mask" if label == "Local" else "Mask"
    gap = "  " if label == "Local" else " "
    return f"  {label} subnet:{gap}{address}  {word} {mask} Protocol 0  Port 0"


def _transmit_proxies(wire: Wire, *, remote_first: bool) -> None:
    lines = [_proxy("Local", wire.tunnel.local), _proxy("Remote", wire.tunnel.remote)]
    wire.constructing("blank hash", "IPSec SA", "IPSec nonce")
    if wire.tunnel.ipsec.pfs_group:
        wire.constructing("pfs ke")
    wire.debug(
        "constructing proxy ID", "\n".join(["Transmitting Proxy Id:", *(lines[::-1] if remote_first else lines)])
    )


def _ids(wire: Wire, *texts: str) -> None:
    for text in texts:
        address, mask = network(text)
        wire.processing("ID")
        if mask == "255.255.255.255":
            wire.decode(f"ID_IPV4_ADDR ID received\n{address}")
        else:
            wire.decode(f"ID_IPV4_ADDR_SUBNET ID received--{address}--{mask}")


def as_initiator(wire: Wire, child: ChildSa, mid: int, *, rekey: bool = False) -> Script:
    """All of it, from our side."""
    yield from initiator_1(wire, child, mid, rekey=rekey)
    keys = bool(wire.tunnel.ipsec.pfs_group)
    wire.packet("RECEIVED", _payloads(wire, keys=keys), mid)
    wire.processing("hash", "SA", "nonce", *(["ke", "ISA_KE"] if keys else []))
    _ids(wire, wire.tunnel.local, wire.tunnel.remote)
    wire.debug("loading all IPSEC SAs", "Generating Quick Mode Key!")
    _rule(wire)
    _negotiated(wire, child, "Initiator")
    wire.decode(f"IKE Initiator sending 3rd QM pkt: msg id = {mid:08x}")
    wire.packet("SENDING", "HASH", mid)
    _completed(wire, child, mid)
    yield 0.01


def initiator_1(wire: Wire, child: ChildSa, mid: int, *, rekey: bool = False) -> Script:
    """The first message goes out."""
    tunnel = wire.tunnel
    if rekey:
        for old in (sa for sa in wire.context.child_sas if sa.tunnel is tunnel):
            wire.debug(f"Pitcher: Received KEY_REKEY_OB, spi 0x{old.spi_out:x}")
    local, remote = network(tunnel.local)[0], network(tunnel.remote)[0]
    if rekey:
        where = f"local Proxy Address {local}, remote Proxy Address {remote},  Crypto map ({tunnel.map_name})"
        wire.tell(f"IKE Initiator: Rekeying Phase 2, Intf inside, IKE Peer {tunnel.peer}  {where}", 713041, 5)
    wire.decode(f"IKE Initiator starting QM: msg id = {mid:08x}")
    wire.debug(f"IKE got SPI from key engine: SPI = 0x{child.spi_in:08x}", "oakley constucting quick mode")
    _embryonic(wire, "inbound", child.spi_in)
    _transmit_proxies(wire, remote_first=False)
    if not rekey:
        wire.decode("IKE Initiator sending Initial Contact")
    wire.constructing("qm hash")
    wire.decode(f"IKE Initiator sending 1st QM pkt: msg id = {mid:08x}")
    keys = bool(tunnel.ipsec.pfs_group)
    wire.packet("SENDING", _payloads(wire, keys=keys, notify=not rekey), mid)
    yield ROUND_TRIP_SECONDS


def responder_1(wire: Wire, mid: int, *, remote: str = "", local: str = "", keys: bool | None = None) -> None:
    """The peer's first message arrives, with these networks (its own are our remote ones)."""
    keys = bool(wire.tunnel.ipsec.pfs_group) if keys is None else keys
    remote, local = remote or wire.tunnel.remote, local or wire.tunnel.local
    wire.decode(f"IKE Responder starting QM: msg id = {mid:08x}")
    wire.packet("RECEIVED", _payloads(wire, keys=keys), mid)
    wire.processing("hash", "SA", "nonce", *(["ke", "ISA_KE"] if keys else []))
    _ids(wire, remote)
    wire.tell(_received("remote", remote))
    _ids(wire, local)
    wire.tell(_received("local", local))


def _received(side: str, text: str) -> str:
    address, mask = network(text)
    if mask == "255.255.255.255":
        return f"Received {side} Proxy Host data in ID Payload:  Address {address}, Protocol 0, Port 0"
    return f"Received {side} IP Proxy Subnet data in ID Payload:   Address {address}, Mask {mask}, Protocol 0, Port 0"


def map_found(wire: Wire) -> None:
    """The crypto map entry of the tunnel fits."""
    tunnel = wire.tunnel
    wire.tell("QM IsRekeyed old sa not found by addr")
    wire.tell(f"Static Crypto Map check, checking map = {tunnel.map_name}, seq = {tunnel.sequence}...")
    wire.tell(f"Static Crypto Map check, map {tunnel.map_name}, seq = {tunnel.sequence} is a successful match")
    wire.tell(f"IKE Remote Peer configured for crypto map: {tunnel.map_name}")
    wire.processing("IPSec SA")


def as_responder(wire: Wire, child: ChildSa, mid: int) -> Script:
    """All of it, from the peer's side."""
    responder_1(wire, mid)
    map_found(wire)
    yield from responder_2(wire, child, mid)


def responder_2(wire: Wire, child: ChildSa, mid: int) -> Script:
    """Ours goes out, the third comes in, the SAs are there."""
    tunnel = wire.tunnel
    keys = bool(tunnel.ipsec.pfs_group)
    entry = 10 if tunnel.user else tunnel.sequence
    wire.debug(f"IPSec SA Proposal # 1, Transform # 1 acceptable  Matches global IPSec SA entry # {entry}")
    wire.tell("IKE: requesting SPI!")
    _embryonic(wire, "inbound", child.spi_in)
    wire.debug(f"IKE got SPI from key engine: SPI = 0x{child.spi_in:08x}", "oakley constucting quick mode")
    _transmit_proxies(wire, remote_first=True)
    wire.constructing("qm hash")
    wire.decode(f"IKE Responder sending 2nd QM pkt: msg id = {mid:08x}")
    wire.packet("SENDING", _payloads(wire, keys=keys), mid)
    yield ROUND_TRIP_SECONDS
    wire.packet("RECEIVED", "HASH", mid)
    wire.processing("hash")
    wire.debug("loading all IPSEC SAs", "Generating Quick Mode Key!")
    _rule(wire)
    _negotiated(wire, child, "Responder")
    _completed(wire, child, mid)
    yield 0.01


def _rule(wire: Wire) -> None:
    tunnel = wire.tunnel
    acl = "Unknown" if tunnel.user else tunnel.access_list
    where = f"crypto map {tunnel.map_name} {tunnel.sequence} matching ACL {acl}"
    wire.debug(f"NP encrypt rule look up for {where}: returned cs_id={wire.struct:08x}; rule=00000000")
    wire.debug("Generating Quick Mode Key!")


def _negotiated(wire: Wire, child: ChildSa, role: str) -> None:
    spis = f"Inbound SPI = 0x{child.spi_in:08x}, Outbound SPI = 0x{child.spi_out:08x}"
    wire.tell(f"Security negotiation complete for {wire.tunnel.connection}  {role}, {spis}", 713049, 5)
    wire.debug(f"IKE got a KEY_ADD msg for SA: SPI = 0x{child.spi_out:08x}")


def _completed(wire: Wire, child: ChildSa, mid: int) -> None:
    install(wire.context, child)
    wire.debug(f"Pitcher: received KEY_UPDATE, spi 0x{child.spi_in:x}")
    wire.debug(f"Starting P2 rekey timer: {wire.tunnel.ipsec.lifetime_seconds * 95 // 100} seconds.")
    if wire.user:
        wire.tell(
            f"Adding static route for client address: {ipaddress.IPv4Network(wire.tunnel.remote).network_address}"
        )
    wire.tell(f"PHASE 2 COMPLETED (msgid={mid:08x})", 713120, 5)


def _embryonic(wire: Wire, direction: str, spi: int) -> None:
    kind = "ra" if wire.tunnel.user else "l2l"
    block = (
        f"IPSEC: New embryonic SA created @ 0x{wire.struct:08x}, ",
        f"    SCB: 0x{wire.struct + 0x118:08X}, ",
        f"    Direction: {direction}",
        f"    SPI      : 0x{spi:08X}",
        "    Session ID: 0x00138000",
        "    VPIF num  : 0x00000004",
        f"    Tunnel type: {kind}",
        "    Protocol   : esp",
        "    Lifetime   : 240 seconds",
    )
    wire.context.say("ipsec", wire.tunnel.peer, "\n".join(block))


def refused_transform(wire: Wire, mid: int, mismatch: str) -> Script:
    """No transform set fits; ``mismatch`` is the device's own comparison."""
    wire.bare(f"Phase 2 failure:  {mismatch}", 713257, 5)
    wire.tell("All IPSec SA proposals found unacceptable!", 713904, 5)
    yield from refused(wire, mid, REFUSED_IN_NEGOTIATION, "Phase 2 Mismatch")


def refused_proxies(wire: Wire, mid: int, remote: str, local: str) -> Script:
    """No crypto map entry has these networks."""
    tunnel = wire.tunnel
    (there, there_mask), (here, here_mask) = network(remote), network(local)
    wire.tell("QM IsRekeyed old sa not found by addr")
    entry = f"map = {tunnel.map_name}, seq = {tunnel.sequence}"
    wire.tell(f"Static Crypto Map check, checking {entry}...")
    wire.tell(f"Static Crypto Map check, {entry}, ACL does not match proxy IDs src:{there} dst:{here}")
    wire.tell(
        f"Rejecting IPSec tunnel: no matching crypto map entry for remote proxy {there}/{there_mask}/0/0 "
        f"local proxy {here}/{here_mask}/0/0 on interface outside",
        713061,
        3,
    )
    history = ("QM_DONE, EV_ERROR", "QM_BLD_MSG2, EV_CONFIRM_SA", *REFUSED_IN_NEGOTIATION[4:])
    yield from refused(wire, mid, history, "crypto map policy not found")


def refused(wire: Wire, mid: int, history: tuple[str, ...], reason: str) -> Script:
    """The notify goes out, the exchange is taken down, and with nothing left to do the IKE SA as well."""
    wire.debug("sending notify message")
    wire.constructing("blank hash", "qm hash")
    wire.packet("SENDING", "HASH NOTIFY", message_id(wire))
    wire.tell(f"QM FSM error (P2 struct &0x{wire.struct:08x}, mess id 0x{mid:x})!", 713902, 3)
    wire.history("QM Responder", history)
    wire.debug("sending delete/delete with reason message")
    wire.tell("Removing peer from correlator table failed, no match!", 713902, 3)
    cookie = f"IKE SA MM:{wire.cookie:08x}"
    wire.debug(f"{cookie} rcv'd Terminate: state MM_ACTIVE  flags 0x00000042, refcnt 1, tuncnt 0")
    wire.debug(f"{cookie} terminating:  flags 0x01000002, refcnt 0, tuncnt 0")
    wire.debug("sending delete/delete with reason message")
    wire.constructing("blank hash", "IKE delete", "qm hash")
    wire.packet("SENDING", "HASH DELETE", message_id(wire))
    wire.tell(f"Session is being torn down. Reason: {reason}", 713259, 5)
    wire.end()
    wire.disconnected(reason)
    yield 0.05
