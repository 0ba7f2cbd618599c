"""What stands in front of IKEv2 syslog (750xxx, 751xxx): `Local:<ip>:<port> Remote:<ip>:<port> Username:<name> IKEv2 `.

`Username:` is a person only in the messages about users. Elsewhere it is the tunnel-group of a LAN-to-LAN peer just as
well, often the peer's address, or `Unknown` while the group is not known yet.
"""

import re

import msgspec

from nornir_ikediag.model.event import Event

ENDS = re.compile(
    r"Local:\s?(?P<local>\S+?):(?P<local_port>\d+)\s+Remote:\s?(?P<peer>\S+?):(?P<peer_port>\d+)\s+"
    r"Username:\s?(?P<username>(?!IKEv2 )(?:\w+=.{1,200}?(?=\s+IKEv2 )|\S*))\s*(?:IKEv2 (?!Backup|Doesn't))?"
)
DEFAULT_GROUPS = re.compile(r"Default\w*Group$", re.IGNORECASE)
_NOBODY = frozenset({"", "unknown", "n/a", "none"})
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]*[.:][0-9A-Fa-f.:]*$")
_ABOUT_USERS = frozenset(f"7510{number:02}" for number in (5, 11, 12, 13, 14, 18, 20, 21, 24, 25, 26))


def with_ends(event: Event, found: re.Match[str]) -> Event:
    """The event with the ends and the name that its message says it is about."""
    peer, name = bare(found["peer"]), found["username"].strip(",")
    group, user = event.tunnel_group, None
    ports = {"local_port": found["local_port"], "peer_port": found["peer_port"]}
    if name.lower() not in _NOBODY:
        if _ADDRESS.match(name) or DEFAULT_GROUPS.match(name):
            group = group or name
        elif event.message in _ABOUT_USERS or "=" in name:  # the subject of a certificate is no tunnel-group
            user = name
        else:
            ports["user_or_group"] = name
    return msgspec.structs.replace(
        event, peer=event.peer or peer, local=bare(found["local"]), tunnel_group=group, username=user,
        fields={**ports, **event.fields},
    )  # fmt: skip


def bare(address: str | None) -> str | None:
    """An address without brackets."""
    return address.strip("[]") or None if address else None
