"""IKEv1 main mode: six messages, three from each end (RFC 2409 section 5).

1 SA · 2 SA · 3 KE NONCE NAT-D · 4 KE NONCE NAT-D · 5 ID HASH · 6 ID HASH. Each function is what this device says from
the arrival of a message (or from the start) to the sending of the next one. After it the SA waits in the state that
the show command prints.
"""

from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.tunnel import network
from nornir_ikediag.lab.wire import Wire

ROUND_TRIP_SECONDS = 0.08
FIRST = "SA VENDOR*4"
KEYS = "KE NONCE VENDOR*4 NAT-D*2"
IDENTITY = "ID HASH IOS-KEEPALIVE VENDOR"
DONE = "MM_DONE, EV_ERROR"


def initiator_1(wire: Wire, *, rekey: bool = False) -> Script:
    """Traffic hits the crypto ACL (or the lifetime nears its end), and the first message goes out."""
    tunnel, context = wire.tunnel, wire.context
    if rekey:
        where = "local Proxy Address N/A, remote Proxy Address N/A,  Crypto map (N/A)"
    else:
        wire.bare("Pitcher: received a key acquire message, spi 0x0", tag="IKEv1 DEBUG")
        local, remote = network(tunnel.local)[0], network(tunnel.remote)[0]
        where = f"local Proxy Address {local}, remote Proxy Address {remote},  Crypto map ({tunnel.map_name})"
        if wire.device.speaks_ikev2:
            acquire = "Tunnel Manager dispatching a KEY_ACQUIRE message to IKEv1."
            entry = f"  Map Tag = {tunnel.map_name}.  Map Sequence Number = {tunnel.sequence}."
            context.say("ike-common", tunnel.peer, f"{context.stamp()} [IKE COMMON DEBUG]{acquire}{entry}")
            context.syslog(752004, 5, acquire + entry)
    new = "Rekeying" if rekey else "New"
    wire.tell_ip(f"IKE Initiator: {new} Phase 1, Intf inside, IKE Peer {tunnel.peer}  {where}", 713041, 5)
    _construct_sa(wire)
    wire.packet("SENDING", FIRST)
    wire.begin("initiator", "MM_WAIT_MSG2", rekey=rekey)
    yield ROUND_TRIP_SECONDS


def _construct_sa(wire: Wire) -> None:
    wire.constructing("ISAKMP SA", "NAT-Traversal VID ver 02", "NAT-Traversal VID ver 03", "NAT-Traversal VID ver RFC")
    wire.constructing("Fragmentation VID + extended capabilities")


def initiator_2(wire: Wire) -> Script:
    """The peer chose a proposal: ours goes on with keys."""
    wire.packet("RECEIVED", "SA VENDOR*2")
    wire.processing("SA")
    wire.debug("Oakley proposal is acceptable")
    wire.vendors("NAT-Traversal RFC", "Fragmentation")
    _construct_keys(wire)
    wire.packet("SENDING", KEYS)
    wire.state("MM_WAIT_MSG4")
    yield ROUND_TRIP_SECONDS


def _construct_keys(wire: Wire) -> None:
    wire.constructing("ke", "nonce", "Cisco Unity VID", "xauth V6 VID")
    wire.debug("Send IOS VID")
    wire.debug("Constructing ASA spoofing IOS Vendor ID payload (version: 1.0.0, capabilities: 20000001)")
    wire.constructing("VID")
    wire.debug("Send Altiga/Cisco VPN3000/Cisco ASA GW VID")
    for _ in range(2):
        wire.constructing("NAT-Discovery")
        wire.debug("computing NAT Discovery hash")


def _process_keys(wire: Wire) -> None:
    wire.packet("RECEIVED", KEYS)
    wire.processing("ke", "ISA_KE", "nonce")
    wire.vendors("Cisco Unity client", "xauth V6")
    wire.processing("VID")
    wire.debug("Processing IOS/PIX Vendor ID payload (version: 1.0.0, capabilities: 20000001)")
    wire.vendors("Altiga/Cisco VPN3000/Cisco ASA GW")
    for _ in range(2):
        wire.processing("NAT-Discovery")
        wire.debug("computing NAT Discovery hash")


def initiator_4(wire: Wire, *, nat: bool = False) -> Script:
    """Keys are there: NAT is judged, and the encrypted identity goes out, on UDP 4500 if there is NAT."""
    _process_keys(wire)
    wire.landed()
    wire.debug("Generating keys for Initiator...")
    _construct_identity(wire)
    _nat_verdict(wire, local=nat)
    if nat:
        here, there = wire.context.address, wire.tunnel.peer
        wire.debug(f"Floating NAT-T from {here} port 500 to {there} port 4500")
        wire.floated()
    wire.packet("SENDING", IDENTITY)
    wire.state("MM_WAIT_MSG6")
    yield ROUND_TRIP_SECONDS


def _construct_identity(wire: Wire) -> None:
    wire.constructing("ID", "hash")
    wire.debug("Computing hash for ISAKMP", "Constructing IOS keep alive payload: proposal=32767/32767 sec.")
    wire.constructing("dpd vid")


def _nat_verdict(wire: Wire, *, local: bool = False, remote: bool = False) -> None:
    there, here = ("IS    " if behind else "is NOT" for behind in (remote, local))
    verdict = f"Remote end {there} behind a NAT device     This   end {here} behind a NAT device"
    wire.tell(f"Automatic NAT Detection Status:     {verdict}", 713172, 6)


def initiator_6(wire: Wire) -> Script:
    """The peer proved itself: phase 1 is up."""
    _process_identity(wire)
    wire.landed()
    completed(wire)
    yield 0.01


def _process_identity(wire: Wire) -> None:
    wire.packet("RECEIVED", IDENTITY)
    wire.processing("ID")
    wire.decode(f"ID_IPV4_ADDR ID received\n{wire.tunnel.peer}")
    wire.processing("hash")
    wire.debug("Computing hash for ISAKMP", "Processing IOS keep alive payload: proposal=32767/32767 sec.")
    wire.vendors("DPD")


def completed(wire: Wire, mode: str = "MM") -> None:
    """`PHASE 1 COMPLETED` and what belongs to it."""
    wire.tell("PHASE 1 COMPLETED", 713119, 5)
    wire.tell_ip("Keep-alive type for this connection: DPD")
    wire.debug(f"Starting P1 rekey timer: {wire.tunnel.ike.lifetime_seconds * 95 // 100} seconds.")
    wire.state(f"{mode}_ACTIVE")


def responder_1(wire: Wire, *, rekey: bool = False) -> Script:
    """The first message arrives, is judged by :func:`accept`, and the second goes out."""
    offered(wire)
    wire.debug("IKE SA Proposal # 1, Transform # 1 acceptable  Matches global IKE entry # 1")
    _construct_sa(wire)
    wire.packet("SENDING", "SA VENDOR*4")
    wire.begin("responder", "MM_WAIT_MSG3", rekey=rekey)
    yield ROUND_TRIP_SECONDS


def offered(wire: Wire) -> None:
    """An offer arrives and is looked at."""
    wire.packet("RECEIVED", FIRST)
    wire.processing("SA")
    wire.debug("Oakley proposal is acceptable")
    wire.vendors("NAT-Traversal ver 02", "NAT-Traversal ver 03", "NAT-Traversal RFC", "Fragmentation")
    wire.processing("IKE SA")


def responder_3(wire: Wire) -> Script:
    """The peer's keys arrive, ours go out; the tunnel-group is found by the peer's address."""
    _process_keys(wire)
    _construct_keys(wire)
    wire.landed()
    wire.debug("Generating keys for Responder...")
    wire.packet("SENDING", KEYS)
    wire.state("MM_WAIT_MSG5")
    yield ROUND_TRIP_SECONDS


def responder_3_without_group(wire: Wire) -> Script:
    """As :func:`responder_3`, and there is no tunnel-group."""
    _process_keys(wire)
    wire.tell_ip(f"Group {wire.tunnel.peer} not found and BASE GROUP default preshared key not configured", 713138, 3)
    wire.group = wire.tunnel.peer
    wire.tell("Can't find a valid tunnel group, aborting...!", 713903, 4)
    steps = ("MM_WAIT_MSG3, EV_PROCESS_MSG", "MM_WAIT_MSG3, EV_RCV_MSG", "MM_WAIT_MSG3, NullEvent")
    sent = ("MM_SND_MSG2, EV_SND_MSG", "MM_SND_MSG2, EV_START_TMR", "MM_SND_MSG2, EV_RESEND_MSG")
    wire.history("MM Responder", (DONE, "MM_BLD_MSG4, EV_GROUP_LOOKUP", *steps, *sent))
    wire.terminate()
    yield 0.01


def responder_5(wire: Wire) -> Script:
    """The peer proved itself, and so do we: phase 1 is up."""
    _process_identity(wire)
    _nat_verdict(wire)
    wire.landed()
    _construct_identity(wire)
    wire.packet("SENDING", IDENTITY)
    completed(wire)
    yield ROUND_TRIP_SECONDS


def as_initiator(wire: Wire, *, rekey: bool = False) -> Script:
    """All of it, successfully."""
    yield from initiator_1(wire, rekey=rekey)
    yield from initiator_2(wire)
    yield from initiator_4(wire)
    yield from initiator_6(wire)


def as_responder(wire: Wire, *, rekey: bool = False) -> Script:
    """All of it, successfully."""
    yield from responder_1(wire, rekey=rekey)
    yield from responder_3(wire)
    yield from responder_5(wire)


def timed_out(wire: Wire, role: str, waiting: str, *, suspicion: bool = False) -> None:
    """No answer came in that state. ``suspicion``: the device thinks that authentication may be the reason."""
    sent = f"MM_SND_MSG{int(waiting[-1]) - 1}"
    pairs = [DONE, f"{waiting}, EV_PROB_AUTH_FAIL"] if suspicion else [DONE]
    pairs += [f"{waiting}, EV_TIMEOUT", f"{waiting}, NullEvent", f"{sent}, EV_SND_MSG", f"{sent}, EV_START_TMR"]
    pairs += [f"{sent}, EV_RESEND_MSG", f"{waiting}, EV_TIMEOUT", f"{waiting}, NullEvent"]
    wire.history(f"MM {role}", pairs[:9])
    wire.terminate()
