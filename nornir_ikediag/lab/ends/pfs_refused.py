"""The ends disagree on the group of perfect forward secrecy."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured, lan_to_lan
from nornir_ikediag.lab.exchanges import main_mode, quick_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.tunnel import Phase2, Tunnel
from nornir_ikediag.lab.wire import Wire


def with_pfs(device: Device) -> Tunnel:
    """Our crypto map entry asks for group 5."""
    return lan_to_lan(device, ipsec=Phase2(pfs_group="5"))


def attempt(wire: Wire) -> Script:
    """The peer offers group 2."""
    yield from main_mode.as_responder(wire)
    mid = quick_mode.message_id(wire)
    quick_mode.responder_1(wire, mid)
    quick_mode.map_found(wire)
    mismatch = "Mismatched attribute types for class Group Description:  Rcv'd: Group 2  Cfg'd: Group 5"
    yield from quick_mode.refused_transform(wire, mid, mismatch)


SCENARIO = Scenario(
    title="phase 2 refused: PFS group",
    description="Quick mode as responder: this device wants PFS with group 5, the peer offers group 2.",
    cause="pfs-mismatch",
    prepare=configured(with_pfs),
    play=again_and_again(attempt),
)
