"""How a tunnel that was up goes down: cleared here, for lack of traffic, or by a peer that leaves or vanishes."""

from nornir_ikediag.lab.exchanges.quick_mode import message_id
from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.tunnel import network
from nornir_ikediag.lab.wire import Wire

DPD_RETRY_SECONDS = 2.0
DPD_RETRIES = 3


def current(wire: Wire) -> Wire:
    """The same wire on the SA that is up for its tunnel."""
    for sa in wire.context.ike_sas:
        if sa.tunnel is wire.tunnel:
            wire.adopt(sa)
    return wire


def closed(wire: Wire, reason: str, *, announce: str = "") -> Script:
    """Both phases go. ``announce`` is the reason of `Connection terminated for peer …`, where the device prints one."""
    tunnel, context = wire.tunnel, wire.context
    children = [sa for sa in context.child_sas if sa.tunnel is tunnel]
    mode = "AM" if tunnel.user else "MM"
    remote, local = network(tunnel.remote)[0], network(tunnel.local)[0]
    if announce:
        who = tunnel.user or tunnel.peer
        proxies = f"Remote Proxy {remote}, Local Proxy {local}"
        wire.tell(f"Connection terminated for peer {who}.  Reason: {announce}  {proxies}", 713050, 5)
    cookie = f"IKE SA {mode}:{wire.cookie:08x}"
    wire.debug("sending delete/delete with reason message")
    wire.constructing("blank hash", "IPSec delete", "qm hash")
    wire.packet("SENDING", "HASH DELETE", message_id(wire))
    wire.debug(f"{cookie} rcv'd Terminate: state {mode}_ACTIVE  flags 0x0021f042, refcnt 1, tuncnt {len(children)}")
    wire.debug(f"IKE Deleting SA: Remote Proxy {remote}, Local Proxy {local}")
    wire.debug(f"{cookie} terminating:  flags 0x0121f002, refcnt 0, tuncnt 0")
    wire.debug("sending delete/delete with reason message")
    wire.constructing("blank hash", "IKE delete", "qm hash")
    wire.packet("SENDING", "HASH DELETE", message_id(wire))
    for child in children:
        wire.debug(f"Pitcher: received key delete msg, spi 0x{child.spi_in:x}")
        wire.debug(f"Pitcher: received key delete msg, spi 0x{child.spi_out:x}")
    wire.tell(f"Session is being torn down. Reason: {reason}", 713259, 5)
    wire.disconnected(reason, children[0] if children else None)
    context.drop(tunnel)
    yield 0.05


def contact_lost(wire: Wire) -> Script:
    """The peer no longer answers keepalives (RFC 3706)."""
    sequence = wire.device.dice.getrandbits(30)
    for number in range(sequence, sequence + DPD_RETRIES):
        wire.debug(f"Sending keep-alive of type DPD R-U-THERE (seq number 0x{number:x})")
        wire.constructing("blank hash", "qm hash")
        wire.packet("SENDING", "HASH NOTIFY", message_id(wire))
        yield DPD_RETRY_SECONDS
    wire.tell("IKE lost contact with remote peer, deleting connection (keepalive type: DPD)", 713123, 3)
    yield from closed(wire, "Lost Service")


def peer_leaves(wire: Wire) -> Script:
    """The peer deletes the tunnel."""
    wire.packet("RECEIVED", "HASH DELETE", message_id(wire))
    wire.processing("hash", "delete")
    yield from closed(wire, "User Requested", announce="Peer Terminate")
