"""IKEv1 aggressive mode as responder: three messages (RFC 2409 section 5.4), the way an Easy VPN client starts.

1 SA KE NONCE ID · 2 SA KE NONCE ID HASH · 3 HASH NOTIFY NAT-D.
"""

from nornir_ikediag.lab.exchanges.main_mode import ROUND_TRIP_SECONDS
from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.wire import Wire

FIRST = "SA KE NONCE ID VENDOR*5"
SECOND = "SA KE NONCE ID HASH VENDOR*3 NAT-D-DRAFT*2 VENDOR*2"
THIRD = "HASH NOTIFY NAT-D-DRAFT*2 VENDOR*2"
REFUSED_TRANSFORMS = 4


def message_1(wire: Wire, *, others: str = "5") -> Script:
    """The client offers many transforms; ours answers with the one that fits, and looks at the others on the way.

    ``others`` is the group of policies that are compared first: those comparisons are no failure.
    """
    wire.packet("RECEIVED", FIRST)
    wire.processing("SA", "ke", "ISA_KE", "nonce", "ID")
    wire.vendors("xauth V6", "DPD", "Fragmentation", "NAT-Traversal ver 02", "Cisco Unity client")
    wire.landed()
    wire.processing("IKE SA")
    ours = wire.tunnel.ike.dh_group
    refusal = f"Mismatched attribute types for class Group Description:  Rcv'd: Group {ours}  Cfg'd: Group {others}"
    for _ in range(REFUSED_TRANSFORMS * 2):
        wire.bare(f"Phase 1 failure:  {refusal}", 713257, 5)
    accepted = f"Transform # {REFUSED_TRANSFORMS + 1} acceptable  Matches global IKE entry # 1"
    wire.debug(f"IKE SA Proposal # 1, {accepted}")
    wire.constructing("ISAKMP SA", "ke", "nonce")
    wire.debug("Generating keys for Responder...")
    wire.constructing("ID", "hash")
    wire.debug("Computing hash for ISAKMP")
    wire.constructing("Cisco Unity VID", "xauth V6 VID", "dpd vid", "NAT-Traversal VID ver 02")
    for _ in range(2):
        wire.constructing("NAT-Discovery")
        wire.debug("computing NAT Discovery hash")
    wire.constructing("Fragmentation VID + extended capabilities", "VID")
    wire.debug("Send Altiga/Cisco VPN3000/Cisco ASA GW VID")
    wire.packet("SENDING", SECOND)
    wire.begin("responder", "AM_WAIT_MSG3")
    if wire.sa is not None:
        wire.sa.typed = True
    yield ROUND_TRIP_SECONDS


def message_3(wire: Wire) -> Script:
    """The client proves that it knows the group's key; it sits behind NAT, as clients do."""
    wire.packet("RECEIVED", THIRD)
    wire.processing("hash")
    wire.debug("Computing hash for ISAKMP")
    wire.processing("notify")
    for _ in range(2):
        wire.processing("NAT-Discovery")
        wire.debug("computing NAT Discovery hash")
    wire.processing("VID")
    wire.debug("Processing IOS/PIX Vendor ID payload (version: 1.0.0, capabilities: 00000408)")
    wire.vendors("Cisco Unity client")
    verdict = "Remote end IS     behind a NAT device     This   end is NOT behind a NAT device"
    wire.tell(f"Automatic NAT Detection Status:     {verdict}", 713172, 6)
    wire.floated()
    yield 0.01


def timed_out(wire: Wire) -> None:
    """The third message never came, or never was one."""
    pairs = ("AM_DONE, EV_ERROR", "AM_WAIT_MSG3, EV_PROB_AUTH_FAIL", "AM_WAIT_MSG3, EV_TIMEOUT")
    sent = ("AM_SND_MSG2, EV_SND_MSG", "AM_SND_MSG2, EV_START_TMR", "AM_SND_MSG2, EV_RESEND_MSG")
    wire.history("AM Responder", (*pairs, "AM_WAIT_MSG3, NullEvent", *sent, "AM_WAIT_MSG3, EV_TIMEOUT"))
    wire.terminate(mode="AM")
