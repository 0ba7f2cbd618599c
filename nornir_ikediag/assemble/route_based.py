"""Route-based tunnels: IPsec profiles joined with the tunnel interfaces (VTI) that they protect.

The two stand in different sections of the configuration, and so in different answers of the device. It is the interface
that knows the peer.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from nornir_ikediag.model.configuration import CryptoMapEntry, TunnelInterface


def on_tunnel_interfaces(
    entries: Iterable[CryptoMapEntry], interfaces: Sequence[TunnelInterface]
) -> Iterator[CryptoMapEntry]:
    """The entries, each IPsec profile once for every interface that it protects, or as it is when it protects none.

    An interface whose profile was not read makes an entry of its own: the peer is configured all the same.
    """
    protected: dict[str, list[TunnelInterface]] = {}
    for interface in interfaces:
        protected.setdefault(interface.profile, []).append(interface)
    for entry in entries:
        mine = protected.pop(entry.name, ()) if entry.kind == "vti" else ()
        yield from (_on(interface, entry) for interface in mine) if mine else (entry,)
    for interface in (one for several in protected.values() for one in several):
        yield _on(interface, CryptoMapEntry(kind="vti", name=interface.profile, sequence=0, origin=interface.origin))


def _on(interface: TunnelInterface, profile: CryptoMapEntry) -> CryptoMapEntry:
    number = "".join(filter(str.isdecimal, interface.name))
    return msgspec.structs.replace(
        profile,
        sequence=int(number or 0),
        peers=(interface.destination,) if interface.destination else (),
        interfaces=(interface.source,) if interface.source else (),
        lines=(*profile.lines, *interface.lines),
    )
