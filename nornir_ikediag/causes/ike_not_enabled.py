"""IKE is not enabled on the interface that the peer reaches.

What you see
No answer to anything, and no debug line either, when the peer calls, but `UDP request discarded from …/500` in a syslog
at level 7; `Tunnel Manager failed to dispatch a KEY_ACQUIRE
message. Probable mis-configuration` when the traffic is ours. `crypto ikev1 enable`, `crypto ikev2 enable` or on old
releases `crypto isakmp enable` does not name the interface of the crypto map.

What it means
The device does not listen on UDP 500 of that interface for this IKE version.

How to be sure
`show running-config crypto ikev1 | include enable` and the same for ikev2; `show asp table socket` lists UDP 500.

How to fix it
Enable the version that the crypto map entry has proposals for on that interface.

References
- Cisco ASA command reference, `crypto ikev1 enable`, `crypto ikev2 enable`
- asa-syslog: 710005, 752006
"""

from collections.abc import Sequence

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._life import events_of, is_back
from nornir_ikediag.causes._setup import static_entries, suspect, versions_of
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="IKE is not enabled on the interface",
    family="configuration",
    severity="critical",
    needs=("configuration",),
    explains=("tunnel-down", "tunnel-negotiating", "traffic-not-selected", "tunnel-flapping", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The configuration was read to its end, and none of the entry's IKE versions is enabled on its interface."""
    found = suspect(tunnel, "ike-not-enabled")
    if found is None:
        discarded = events_of(tunnel, EventKind.IKE_NOT_LISTENING)
        return _told(tunnel, discarded) if discarded and not is_back(tunnel) else nothing(tunnel)
    entries = static_entries(tunnel)
    interface = next((name for entry in entries for name in entry.interfaces), "outside")
    keyword = "ikev2" if versions_of(entries) == (2,) else _steps.keyword(tunnel)
    return Found(
        summary=found.what,
        explanation="The crypto map entry has proposals for this IKE version; its interface does not listen for it.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="local",
        negotiation=found.attempt,
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.read(f"show running-config crypto {keyword} | include enable", "see where IKE is enabled"),
            _steps.change(f"crypto {keyword} enable {interface}", "listen for IKE on the interface of the crypto map"),
        ),
        count=found.count,
        seen=found.seen,
    )


def _told(tunnel: Tunnel, discarded: Sequence[Event]) -> Found:
    interface = discarded[0].get("interface")
    return Found(
        summary=f"The device discards the peer's IKE packets: nothing listens for IKE on interface {interface}",
        explanation="The packets are for the address of that interface, and no process takes them.",
        evidence=few(discarded),
        confidence="likely",
        side="local",
        next_steps=(
            _steps.read("show running-config crypto | include enable", "see where IKE is enabled"),
            _steps.read("show asp table socket | include 500", "see on which addresses the device listens"),
            _steps.change(f"crypto ikev1 enable {interface}", "listen there; ikev2 likewise, if the peer speaks that"),
        ),
        ask_peer=("Which IKE version do you send, and to which of our addresses?",),
        count=len(discarded),
        seen=tuple(discarded),
    )
