"""The AAA server does not answer, so that no user can be authenticated.

What you see
`AAA authentication server not accessible : server = …`, `AAA unable to complete the request Error`, and then the
user's attempt fails as if the password were wrong.

What it means
The device could not reach any server of the group within its timeout and retries: route, filter, server down, wrong
port, or a shared secret that makes the server ignore us. It says nothing about the user.

How to be sure
`show aaa-server` shows FAILED servers and growing timeouts; `test aaa-server authentication` repeats it.

How to fix it
Restore the path or the server. A second server, or LOCAL as a fallback, keeps users working meanwhile.

References
- RFC 2865 section 2.4 (RADIUS retransmission)
- asa-syslog: 113013, 113014, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._users import SYMPTOMS, aaa_steps, refused_users
from nornir_ikediag.causes._wording import plural
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The AAA server does not answer",
    family="xauth",
    severity="critical",
    needs=("log",),
    explains=("xauth-rejected", *SYMPTOMS),
)


def match(tunnel: Tunnel) -> Verdict:
    """An unreachable AAA server behind a failed user authentication."""
    refused, unreachable = refused_users(tunnel)
    if not unreachable:
        return nothing(tunnel)
    attempt, event = refused[0]
    server = event.get("server")
    path = (_steps.read(f"show route {server}", "see that there is a route to the server"),) if server else ()
    return found(
        refused,
        summary=f"The AAA server{f' {server}' if server else ''} does not answer: "
        f"{plural(len(refused), 'attempt')} to authenticate a user failed",
        explanation="The rejection that follows is the device's own: no server looked at the credentials.",
        also=attempt.all(EventKind.AAA_UNREACHABLE, EventKind.XAUTH_REJECTED),
        confidence="certain",
        side="local",
        configuration=group_lines(tunnel),
        next_steps=(*aaa_steps(tunnel), *path),
    )
