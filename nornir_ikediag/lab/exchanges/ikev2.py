"""IKEv2 as a device tells it with `debug crypto ikev2 protocol` and `platform` (RFC 7296 section 1.2).

IKE_SA_INIT: SA KE N · SA KE N; IKE_AUTH: IDi AUTH SA TSi TSr · IDr AUTH SA TSi TSr. `(12):` is the negotiation's own
number on this device. Continuation lines and payload dumps carry no tag, or a tag without a number.
"""

from nornir_ikediag.lab.device import Context
from nornir_ikediag.lab.exchanges.main_mode import ROUND_TRIP_SECONDS
from nornir_ikediag.lab.exchanges.quick_mode import install
from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.tunnel import ChildSa, IkeSa, Phase1, Tunnel

_ENCRYPTION = {"aes": "AES-CBC-128", "aes-192": "AES-CBC-192", "aes-256": "AES-CBC-256", "3des": "3DES"}
_INIT = "SA KE N VID NOTIFY(NAT_DETECTION_SOURCE_IP) NOTIFY(NAT_DETECTION_DESTINATION_IP)"
_GROUPS = {
    "2": "DH_GROUP_1024_MODP/Group 2",
    "5": "DH_GROUP_1536_MODP/Group 5",
    "14": "DH_GROUP_2048_MODP/Group 14",
    "19": "DH_GROUP_256_ECP/Group 19",
}


def policy(ike: Phase1) -> str:
    """`AES-CBC-256 SHA256 SHA256 DH_GROUP_2048_MODP/Group 14`: encryption, PRF, integrity, group."""
    prf, integrity = (ike.prf or ike.hash).upper(), ike.hash.upper()
    return f"{_ENCRYPTION[ike.encryption]} {prf} {integrity} {_GROUPS[ike.dh_group]}"


class Wire2:
    """One IKEv2 negotiation: its number, its SPIs, its peer. ``role`` is `I` or `R`."""

    def __init__(self, context: Context, tunnel: Tunnel, role: str) -> None:
        self.context = context
        self.tunnel = tunnel
        self.role = role
        self.number = context.device.dice.randrange(10, 900)
        self.spi_initiator = context.device.number(64)
        self.spi_responder = context.device.number(64)

    def say(self, kind: str, text: str) -> None:
        """Text as it stands."""
        self.context.say(f"ikev2 {kind}", self.tunnel.peer, text)

    def proto(self, text: str, level: int = 3) -> None:
        """`IKEv2-PROTO-3: (12): …`."""
        self.say("protocol", f"IKEv2-PROTO-{level}: ({self.number}): {text}")

    def plat(self, text: str, level: int = 3) -> None:
        """`IKEv2-PLAT-3: …`."""
        self.say("platform", f"IKEv2-PLAT-{level}: {text}")

    def step(self, state: str, event: str, message_id: int) -> None:
        """One transition of the state machine."""
        spis = f"I_SPI={self.spi_initiator:016X} R_SPI={self.spi_responder:016X} ({self.role})"
        self.proto(f"SM Trace-> SA: {spis} MsgID = {message_id:08X} CurState: {state} Event: {event}", 5)

    def log(self, number: int, severity: int, text: str) -> None:
        """A message of the log, with IKEv2's own prefix."""
        ends = f"Local:{self.context.address}:500 Remote:{self.tunnel.peer}:500"
        self.context.syslog(number, severity, f"{ends} Username:{self.tunnel.peer} IKEv2 {text}")

    def packet(self, direction: str, exchange: str, message_id: int, payloads: str, *, first: bool = False) -> None:
        """A packet with its header, and the glued line that newer releases print."""
        here, there = f"[{self.context.address}]:500", f"[{self.tunnel.peer}]:500"
        ends = f"{there}->{here}" if direction == "RECV" else f"{here}->{there}"
        responder = 0 if first else self.spi_responder
        spis = f"InitSPI=0x{self.spi_initiator:016x} RespSPI=0x{responder:016x}"
        self.plat(f"{direction} PKT [{exchange}] {ends} {spis} MID={message_id:08x}")
        request = (direction == "RECV") == (self.role == "R")
        kind = "REQUEST" if request else "RESPONSE"
        names = payloads.split()
        header = f"Next payload: {names[0]}, version: 2.0 Exchange type: {exchange}"
        flags = "INITIATOR" if request == (self.role == "R") else "RESPONDER"
        glued = f"IKEv2 {exchange} Exchange {kind}IKEv2-PROTO-3: {header}"
        self.say("protocol", f"{glued}, flags: {flags} Message id: {message_id}, length: {28 + 48 * len(names)}")
        self.say("protocol", "Payload contents: ")
        for name, following in zip(names, [*names[1:], "NONE"], strict=True):
            self.say("protocol", f" {name}  Next payload: {following}, reserved: 0x0, length: {40 + len(name)}")
            if name == "SA" and exchange == "IKE_SA_INIT":
                self._proposal()

    def _proposal(self) -> None:
        ike = self.tunnel.ike
        self.say("protocol", "  last proposal: 0x0, reserved: 0x0, length: 44")
        self.say("protocol", "  Proposal: 1, Protocol id: IKE, SPI size: 0, #trans: 4")
        names = ("AES-CBC", (ike.prf or ike.hash).upper(), ike.hash.upper(), _GROUPS[ike.dh_group])
        for number, name in enumerate(names, 1):
            last = "0x0" if number == len(names) else "0x3"
            self.say("protocol", f"    last transform: {last}, reserved: 0x0: length: 8")
            self.say("protocol", f"    type: {number}, reserved: 0x0, id: {name}")


def responder_init(wire: Wire2) -> Script:
    """IKE_SA_INIT arrives and is answered."""
    offered(wire)
    wire.step("R_BLD_INIT", "EV_GEN_DH_KEY", 0)
    wire.proto("NAT not found", 2)
    wire.packet("SENT", "IKE_SA_INIT", 0, _INIT)
    wire.step("R_WAIT_AUTH", "EV_NULL", 0)
    yield ROUND_TRIP_SECONDS


def offered(wire: Wire2) -> None:
    """The peer's offer, up to the moment when it is compared."""
    wire.log(750002, 5, "Received a IKE_INIT_SA request")
    wire.packet("RECV", "IKE_SA_INIT", 0, _INIT, first=True)
    wire.step("R_INIT", "EV_RECV_INIT", 0)
    wire.step("R_INIT", "EV_VERIFY_MSG", 0)
    wire.step("R_INIT", "EV_PROC_MSG", 0)


def responder_auth(wire: Wire2, child: ChildSa) -> Script:
    """IKE_AUTH arrives, the key is right, the selectors fit."""
    tunnel = wire.tunnel
    wire.packet("RECV", "IKE_AUTH", 1, "IDi AUTH SA TSi TSr")
    wire.step("R_WAIT_AUTH", "EV_RECV_AUTH", 1)
    wire.step("R_VERIFY_AUTH", "EV_GET_POLICY_BY_PEERID", 1)
    wire.proto("Verification of peer's authenctication data PASSED")
    wire.step("R_VERIFY_AUTH", "EV_AUTH_OK", 1)
    wire.plat(f"Crypto Map: Match on map {tunnel.map_name} seq {tunnel.sequence}", 5)
    wire.step("R_BLD_AUTH", "EV_MY_AUTH_METHOD", 1)
    wire.packet("SENT", "IKE_AUTH", 1, "IDr AUTH SA TSi TSr")
    created(wire, child)
    yield ROUND_TRIP_SECONDS


def created(wire: Wire2, child: ChildSa) -> None:
    """Both SAs are there; what the tunnel had before goes."""
    context, tunnel = wire.context, wire.tunnel
    wire.step("AUTH_DONE", "EV_OK", 1)
    wire.proto("IKEV2 SA created; inserting SA into database", 2)
    wire.plat(f"CONNECTION STATUS: UP... peer: {tunnel.peer}:500, phase1_id: {tunnel.peer}", 2)
    wire.step("READY", "EV_I_OK" if wire.role == "I" else "EV_R_OK", 1)
    wire.log(750006, 5, "SA UP. Reason: New Connection Established")
    context.ike_sas = [sa for sa in context.ike_sas if sa.tunnel is not tunnel]
    context.ike_sas.append(
        IkeSa(
            tunnel=tunnel,
            role="initiator" if wire.role == "I" else "responder",
            state="READY",
            began=context.now(),
            spi_initiator=wire.spi_initiator,
            spi_responder=wire.spi_responder,
            tunnel_id=context.device.number(28),
        )
    )
    install(context, child)
    for way, spi in (("inbound", child.spi_in), ("outbound", child.spi_out)):
        ends = f"between {context.address} and {tunnel.peer} (user= {tunnel.peer})"
        context.syslog(602303, 6, f"IPSEC: An {way} LAN-to-LAN SA (SPI= 0x{spi:08X}) {ends} has been created.")


def refused(wire: Wire2, offer: Phase1) -> Script:
    """No policy fits: the device prints what it was offered and what it has."""
    offered(wire)
    wire.step("R_INIT", "EV_NO_EVENT", 0)
    wire.proto("Failed to find a matching policy", 1)
    wire.proto("Received Policies: ", 1)
    wire.proto(f"Proposal 1:  {policy(offer)} ", 1)
    wire.proto("", 1)
    wire.proto("Failed to find a matching policy", 1)
    wire.proto("Expected Policies: ", 1)
    wire.proto(f"Proposal 1:  {policy(wire.tunnel.ike)} ", 1)
    wire.proto("", 1)
    wire.proto("Failed to find a matching policy", 1)
    wire.packet("SENT", "IKE_SA_INIT", 0, "NOTIFY(NO_PROPOSAL_CHOSEN)")
    wire.step("EXIT", "EV_ABORT", 0)
    wire.log(750003, 4, "Negotiation aborted due to ERROR: Failed to find a matching policy")
    yield 0.05


def keepalive(wire: Wire2, message_id: int) -> Script:
    """An empty INFORMATIONAL and its answer."""
    yield 10.0
    wire.packet("SENT", "INFORMATIONAL", message_id, "NONE")
    wire.step("INFO_I_WAIT", "EV_NULL", message_id)
    yield ROUND_TRIP_SECONDS
    wire.packet("RECV", "INFORMATIONAL", message_id, "NONE")
    wire.step("READY", "EV_RECV_INFO_ACK", message_id)
