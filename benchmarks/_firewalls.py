"""`python -m benchmarks._firewalls COUNT`: simulated firewalls in a process of their own, until standard input closes.

In a process of their own, so that they do not share an interpreter with those who read them. Their clock stands still,
so that one and the same command prints one and the same text whoever asks, and when.
"""

import json
import sys
from dataclasses import asdict, dataclass, fields
from itertools import cycle, islice

from nornir_ikediag.lab import serve

_ENDS = ("hub-quiet:20", "healthy-main-mode-initiator", "tunnels-idle", "ikev2-accepted", "one-way-traffic")
_STANDING_STILL = 1e-9


@dataclass(frozen=True, kw_only=True)
class Firewall:
    """How to log in to one of them."""

    name: str
    hostname: str
    port: int
    username: str
    password: str
    enable: str


def main(count: int) -> None:
    """One line of JSON says where they are."""
    with serve(list(islice(cycle(_ENDS), count)), speed=_STANDING_STILL) as lab:
        firewalls = [
            Firewall(**{field.name: getattr(host, field.name) for field in fields(Firewall)}) for host in lab.hosts
        ]
        print(json.dumps([asdict(one) for one in firewalls]), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
