"""The user's credentials were rejected.

What you see
`AAA user authentication Rejected : reason = …`, `Remote peer has failed user authentication - check configured
username and password`, an FSM history that ends in TM_AUTH with EV_AUTH_FAIL; with IKEv2 `Extensible Authentication
Protocol failed`.

What it means
Phase 1 is done, so group name, group password and policies are right. The AAA server, or the local database, refused
the user: a wrong or expired password, a locked or unknown account, or a policy of the server.

How to be sure
The reason in the AAA line, and the server's own log. `test aaa-server authentication` repeats it without a VPN.

How to fix it
Let the user type the password again; unlock or renew the account on the server. If every user is refused, look at the
server's client entry and shared secret for this device.

References
- draft-ietf-ipsec-isakmp-xauth-06, RFC 7296 section 2.16 (EAP)
- asa-syslog: 113005, 113006, 113015, 713166, 713167, 751011
"""

from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._users import SYMPTOMS, aaa_steps, refused_users, user_of
from nornir_ikediag.causes._wording import after_colon
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The user's credentials were rejected",
    family="xauth",
    severity="error",
    needs=("log",),
    explains=SYMPTOMS,
)


def match(tunnel: Tunnel) -> Verdict:
    """A rejected user, with a AAA server that does answer."""
    refused, unreachable = refused_users(tunnel)
    if not refused or unreachable:
        return nothing(tunnel)
    attempt, event = refused[0]
    lines = attempt.all(EventKind.XAUTH_REJECTED)
    why = next((line.get("reason") for line in lines if line.get("reason")), "")
    server = next((line.get("server") for line in lines if line.get("server")), "")
    by = f" by server {server}" if server else ""
    return found(
        refused,
        summary=f"The credentials of {user_of(tunnel, event, *lines)} were rejected{by}{after_colon(why)}",
        explanation="Phase 1 is complete, so that group, policies and keys are right. What is refused is the user.",
        also=lines,
        confidence="certain",
        side="peer",
        configuration=group_lines(tunnel),
        next_steps=aaa_steps(tunnel),
        ask_peer=("Please type user name and password again; does the same account work elsewhere?",),
    )
