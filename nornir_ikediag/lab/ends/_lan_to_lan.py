"""What the LAN-to-LAN ends have in common: a tunnel, SAs that are up, and the keepalives of a tunnel that is."""

from collections.abc import Callable

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.exchanges import main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Script
from nornir_ikediag.lab.tunnel import ChildSa, IkeSa, Phase1, Phase2, Tunnel
from nornir_ikediag.lab.wire import Wire

RETRY_SECONDS = 10.0  # traffic keeps coming, and with it the next attempt
DPD_SECONDS = 10.0
IKEV2 = Phase1(encryption="aes-256", hash="sha256", prf="sha256", dh_group="14")
IKEV2_CHILD = Phase2(encryption="esp-aes-256", integrity="esp-sha-256-hmac")


def lan_to_lan(
    device: Device, number: int = 0, *, ike: Phase1 | None = None, ipsec: Phase2 | None = None, version: int = 1
) -> Tunnel:
    """A LAN-to-LAN tunnel of that device with its peer of that number; nothing about it is wrong."""
    return Tunnel(
        peer=device.peer_address(number),
        local=f"10.10.{device.index % 250}.0/24",
        remote=f"10.{20 + number // 250}.{(device.index + number) % 250}.0/24",
        sequence=10 * (number + 1),
        access_list="VPN-PARTNER" if number == 0 else f"VPN-SITE-{number}",
        ike=ike or Phase1(),
        ipsec=ipsec or Phase2(),
        ike_version=version,
        transform_set="ESP-AES256-SHA" if version == 1 else "AES256-SHA256",
    )


def configured(make: Callable[[Device], Tunnel] = lan_to_lan) -> Callable[[Device, int], None]:
    """A ``prepare`` that configures one tunnel and leaves it down."""

    def prepare(device: Device, _size: int) -> None:
        device.here.tunnels.append(make(device))

    return prepare


def bring_up(context: Context, tunnel: Tunnel, *, age: float = 4_000.0, role: str = "initiator") -> ChildSa:
    """Put the SAs of a tunnel that came up ``age`` seconds ago into the show commands."""
    number = context.device.number
    state = "READY" if tunnel.ike_version == 2 else "AM_ACTIVE" if tunnel.user else "MM_ACTIVE"
    began = context.now() - age
    context.ike_sas.append(
        IkeSa(
            tunnel=tunnel,
            role=role,
            state=state,
            began=began,
            spi_initiator=number(64),
            spi_responder=number(64),
            tunnel_id=number(28),
        )
    )
    child = quick_mode.new_child(context, tunnel, began=began)
    context.child_sas.append(child)
    return child


def keepalives(wire: Wire, count: int) -> Script:
    """Dead peer detection of a tunnel that lives: a question and its answer."""
    sequence = wire.device.dice.getrandbits(30)
    for number in range(sequence, sequence + count):
        yield DPD_SECONDS
        wire.debug(f"Sending keep-alive of type DPD R-U-THERE (seq number 0x{number:x})")
        wire.constructing("blank hash", "qm hash")
        wire.packet("SENDING", "HASH NOTIFY", quick_mode.message_id(wire))
        yield 0.08
        wire.packet("RECEIVED", "HASH NOTIFY", quick_mode.message_id(wire))
        wire.processing("hash", "notify")
        wire.debug(f"Received keep-alive of type DPD R-U-THERE-ACK (seq number 0x{number:x})")


def again_and_again(attempt: Callable[[Wire], Script]) -> Callable[[Context], Script]:
    """A ``play`` that makes the same attempt for the first tunnel for ever."""

    def play(context: Context) -> Script:
        while True:
            yield from attempt(Wire(context, context.tunnels[0]))
            yield Occasion(RETRY_SECONDS)

    return play


def refuse_policy(wire: Wire, attribute: str, received: str, configured_here: str) -> Script:
    """Message 1 of main mode offers something that no policy here has, in one attribute."""
    main_mode.offered(wire)
    comparison = f"Mismatched attribute types for class {attribute}:  Rcv'd: {received}  Cfg'd: {configured_here}"
    for _ in range(2):
        wire.bare(f"Phase 1 failure:  {comparison}", 713257, 5)
    wire.packet("SENDING", "NOTIFY")
    wire.debug("All SA proposals found unacceptable")
    wire.tell_ip("Error processing payload: Payload ID: 1", 713048, 3)
    steps = ("MM_START, EV_RCV_MSG", *("MM_START, EV_START_MM",) * 6)
    wire.history("MM Responder", (main_mode.DONE, *steps))
    wire.terminate(0x01000002)
    yield 0.05
