"""The user may not use this tunnel-group.

What you see
`Tunnel Rejected: User (…) not member of group (…), group-lock check failed`; with IKEv2 `Terminating the VPN
connection attempt from … This connection is group locked to …`.

What it means
The credentials are right. The group-policy or the AAA server locks the user to another tunnel-group than the one that
the client is configured with.

How to be sure
Compare the group of the client's profile with `group-lock` in the user's group-policy, or the attribute from AAA.

How to fix it
Give the user the profile of the right group, or correct the lock where it is set.

References
- Cisco ASA command reference, `group-lock`
- asa-syslog: 713060, 751018
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_with, nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._users import SYMPTOMS, user_of
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The user may not use this tunnel-group",
    family="xauth",
    severity="error",
    needs=("log",),
    explains=("xauth-rejected", *SYMPTOMS),
)


def match(tunnel: Tunnel) -> Verdict:
    """The device says that the group-lock check failed."""
    said = failed_with(tunnel, EventKind.GROUP_LOCK)
    if not said:
        return nothing(tunnel)
    _, event = said[0]
    group = event.get("name") or event.tunnel_group or _steps.group_name(tunnel)
    policy = tunnel.configuration.group_policy if tunnel.configuration else None
    return found(
        said,
        summary=f"{user_of(tunnel, event).capitalize()} may not use tunnel-group {group}: the group-lock check failed",
        explanation="The credentials were accepted; the user is locked to another tunnel-group.",
        confidence="certain",
        side="unknown",
        configuration=group_lines(tunnel) + (policy.lines if policy else ()),
        next_steps=(
            _steps.read(
                "show running-config group-policy | include group-policy|group-lock", "see who is locked to what"
            ),
            _steps.read("show running-config username | include group-lock", "see the locks of local users"),
            _steps.show_group(tunnel),
        ),
        ask_peer=("Which group (connection profile) is your client configured with?",),
    )
