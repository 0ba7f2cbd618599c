"""What the remote-access ends have in common: an Easy VPN server, its users, and how one of them connects."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import lan_to_lan
from nornir_ikediag.lab.exchanges import aggressive_mode, transaction
from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.tunnel import Phase1, Phase2, Tunnel
from nornir_ikediag.lab.wire import Wire

GROUP = "staff"


def remote_user(device: Device, number: int, user: str, address: str) -> Tunnel:
    """A user of the tunnel-group `staff`, on the dynamic map."""
    return Tunnel(
        peer=device.peer_address(number),
        local="0.0.0.0/0",
        remote=f"{address}/32",
        group=GROUP,
        user=user,
        sequence=10,
        map_name="DYN_MAP",
        transform_set="ESP-3DES-SHA",
        ike=Phase1(encryption="3des", dh_group="2"),
        ipsec=Phase2(encryption="esp-3des", integrity="esp-sha-hmac", lifetime_seconds=86400),
    )


def server(device: Device, *users: Tunnel) -> None:
    """These users, and one LAN-to-LAN tunnel whose policy has another group: it is compared first, in vain."""
    device.here.tunnels.extend(users)
    device.here.tunnels.append(lan_to_lan(device, 9))


def authenticate_group(wire: Wire) -> Script:
    """Aggressive mode, and the question for the user."""
    yield from aggressive_mode.message_1(wire)
    yield from aggressive_mode.message_3(wire)
    yield from transaction.ask_user(wire)
