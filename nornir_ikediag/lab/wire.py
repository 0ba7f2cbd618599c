"""Lines of IKEv1 debug, in the dialect of the release, with the fields that they have on a device.

A :class:`Wire` is one IKE negotiation as the device tells it: it knows whom it talks to, which group that turned out
to be, its cookies, and the SA whose state it moves. What it says goes to the debugging sessions and, where the
message has a number of its own, to the log.
"""

from collections.abc import Sequence

from nornir_ikediag.lab.device import Context
from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.tunnel import ChildSa, IkeSa, Tunnel

RESEND_SECONDS = 8.0
RESENDS = 3

_PAYLOADS = {  # name: (number, octets)
    "SA": (1, 60),
    "KE": (4, 196),
    "ID": (5, 12),
    "HASH": (8, 24),
    "NONCE": (10, 24),
    "NOTIFY": (11, 32),
    "DELETE": (12, 28),
    "VENDOR": (13, 20),
    "ATTR": (14, 36),
    "NAT-D": (20, 24),
    "NAT-D-DRAFT": (130, 24),  # what draft 02 of NAT traversal calls it; the device prints the same name
    "IOS-KEEPALIVE": (128, 12),
}


def _printed(name: str) -> str:
    return name.removesuffix("-DRAFT").replace("IOS-", "IOS ")


class Wire:
    """One negotiation with the peer of ``tunnel``. ``group`` and ``user`` are empty until the device knows them."""

    def __init__(self, context: Context, tunnel: Tunnel) -> None:
        self.context = context
        self.device = context.device
        self.tunnel = tunnel
        self.group = ""
        self.user = ""
        self.cookie = self.device.number()
        self.struct = self.device.number(31)
        self.port = 500
        self.sa: IkeSa | None = None

    # ------------------------------------------------------------------ lines

    @property
    def prefix(self) -> str:
        """`Group = g, Username = u, IP = p, `, as far as known."""
        fields = [("Group", self.group), ("Username", self.user), ("IP", self.tunnel.peer)]
        return "".join(f"{name} = {value}, " for name, value in fields if value)

    def line(self, tag: str, text: str) -> None:
        """One line as it stands. Older releases print `[IKEv1]: Group = …`, newer ones `[IKEv1]Group = …`."""
        glue = "" if self.device.speaks_ikev2 else ": "
        self.context.say("ikev1", self.tunnel.peer, f"{self.context.stamp()} [{tag}]{glue}{text}")

    def debug(self, *texts: str) -> None:
        """Lines of `[IKEv1 DEBUG]`."""
        for text in texts:
            self.line("IKEv1 DEBUG", f"{self.prefix}{text}")

    def decode(self, text: str) -> None:
        """A line of `[IKEv1 DECODE]`."""
        self.line("IKEv1 DECODE", f"{self.prefix}{text}")

    def tell(self, text: str, number: int = 0, severity: int = 7) -> None:
        """A line of `[IKEv1]`, which also is a message of the log if it has a number."""
        self.line("IKEv1", f"{self.prefix}{text}")
        if number:
            self.context.syslog(number, severity, f"{self.prefix}{text}")

    def tell_ip(self, text: str, number: int = 0, severity: int = 7) -> None:
        """As :meth:`tell`, for the messages that name the address alone."""
        self.line("IKEv1", f"IP = {self.tunnel.peer}, {text}")
        if number:
            self.context.syslog(number, severity, f"IP = {self.tunnel.peer}, {text}")

    def bare(self, text: str, number: int = 0, severity: int = 5, *, tag: str = "IKEv1") -> None:
        """A line without any prefix: `Phase 1 failure: …`."""
        self.line(tag, text)
        if number:
            self.context.syslog(number, severity, text)

    def packet(self, direction: str, payloads: str, message_id: int = 0) -> None:
        """`IKE_DECODE RECEIVED Message (msgid=…) with payloads : …`. ``payloads`` are names, `VENDOR*3` is three."""
        if direction == "RECEIVED":
            here, there = f"{self.context.address}:{self.port}", f"{self.tunnel.peer}:{self.port}"
            self.bare(f"IKE Receiver: Packet received on {here} from {there}")
        names: list[str] = []
        for word in payloads.split():
            name, _, times = word.partition("*")
            names += [name] * int(times or 1)
        listed = " + ".join(f"{_printed(name)} ({_PAYLOADS[name][0]})" for name in names)
        length = 28 + sum(_PAYLOADS[name][1] for name in names)
        text = f"IKE_DECODE {direction} Message (msgid={message_id:x}) with payloads : HDR + {listed} + NONE (0)"
        self.tell_ip(f"{text} total length : {length}")

    def processing(self, *names: str) -> None:
        """`processing SA payload` for each."""
        self.debug(*(f"processing {name} payload" for name in names))

    def constructing(self, *names: str) -> None:
        """`constructing ke payload` for each."""
        self.debug(*(f"constructing {name} payload" for name in names))

    def vendors(self, *names: str) -> None:
        """A received vendor id for each: `processing VID payload`, `Received DPD VID`."""
        for name in names:
            self.debug("processing VID payload", f"Received {name} VID")
            if name == "Fragmentation":
                flags = "Main Mode:        True  Aggressive Mode:  True"
                self.debug(f"IKE Peer included IKE fragmentation capability flags:  {flags}")

    def history(self, machine: str, pairs: Sequence[str]) -> None:
        """`IKE MM Initiator FSM error history …`, newest pair first."""
        wide = self.device.version >= (9, 0)
        pointer = f"0x{self.struct:016x}" if wide else f"0x{self.struct:08x}"
        text = f"IKE {machine} FSM error history (struct &{pointer})  <state>, <event>:  {'-->'.join(pairs)}"
        self.debug(text)

    # ------------------------------------------------------------------ identity and state

    def landed(self) -> None:
        """The tunnel-group is found: from here on every line names it."""
        self.tell_ip(f"Connection landed on tunnel_group {self.tunnel.group_name}")
        self.group = self.tunnel.group_name

    def begin(self, role: str, state: str, *, rekey: bool = False) -> None:
        """An IKE SA appears in the show commands."""
        self.sa = IkeSa(tunnel=self.tunnel, role=role, state=state, began=self.context.now(), rekey=rekey, typed=rekey)
        self.context.ike_sas.append(self.sa)

    def state(self, state: str) -> None:
        """The IKE SA moves on. When it is up its type is known, and a rekeyed one takes over from the old."""
        if self.sa is None:
            return
        self.sa.state = state
        if state.endswith("_ACTIVE"):
            self.sa.typed, self.sa.began = True, self.context.now()
            if self.sa.rekey:
                self.context.ike_sas = [
                    sa for sa in self.context.ike_sas if sa is self.sa or sa.tunnel is not self.tunnel
                ]
                self.sa.rekey = False

    def floated(self) -> None:
        """There is NAT: from here on both ends use UDP 4500 (RFC 3947 section 4)."""
        self.port = 4500
        if self.sa is not None:
            self.sa.behind_nat = True

    def adopt(self, sa: IkeSa) -> None:
        """Go on with an SA that is already up."""
        self.sa, self.group, self.user = sa, self.tunnel.group_name, self.tunnel.user

    def end(self) -> None:
        """The IKE SA is gone from the show commands."""
        if self.sa in self.context.ike_sas:
            self.context.ike_sas.remove(self.sa)
        self.sa = None

    # ------------------------------------------------------------------ what every failure has in common

    def resends(self, payloads: str, state: str, message_id: int = 0) -> Script:
        """Nobody answers: three times the same message, 8 s apart, and then no more waiting."""
        machine = "QM" if message_id else state[:2]
        for _ in range(RESENDS):
            yield RESEND_SECONDS
            if machine != "QM":
                self.debug(f"P1 Retransmit msg dispatched to {machine} FSM")
            self.packet("RESENDING", payloads, message_id)
        yield RESEND_SECONDS

    def terminate(self, flags: int = 0x01000022, *, removed: bool = True, mode: str = "MM") -> None:
        """The IKE SA is taken down after a failure in phase 1: clean-up lines, consequences of what came before."""
        self.debug(
            f"IKE SA {mode}:{self.cookie:08x} terminating:  flags 0x{flags:08x}, refcnt 0, tuncnt 0",
            "sending delete/delete with reason message",
        )
        if removed:
            self.tell("Removing peer from peer table failed, no match!", 713902, 3)
            self.tell("Error: Unable to remove PeerTblEntry", 713903, 4)
        self.end()

    def disconnected(self, reason: str, child: ChildSa | None = None, *, ago: float = 0.0, lasted: int = 0) -> None:
        """The session's last message in the log (113019), ``ago`` device seconds old."""
        tunnel = self.tunnel
        age = int(self.context.now() - child.began) if child else lasted
        out, back = child.counters(self.context.now()) if child else (3 * lasted, 2 * lasted)
        kind = "IKE" if tunnel.user else "LAN-to-LAN"
        duration = f"{age // 3600}h:{age // 60 % 60:02d}m:{age % 60:02d}s"
        self.context.syslog(
            113019,
            4,
            f"Group = {tunnel.group_name}, Username = {tunnel.user or tunnel.group_name}, IP = {tunnel.peer}, "
            f"Session disconnected. Session Type: {kind}, Duration: {duration}, Bytes xmt: {out * 220}, "
            f"Bytes rcv: {back * 220}, Reason: {reason}",
            ago=ago,
        )
