"""The group-policy's simultaneous logins refuse the session.

What you see
`Login denied`-like rejects with `simultaneous logins exceeded`, or an older session that ends with `Port Preempted`
the moment a new one comes up.

What it means
With 0 nobody may log in: usually a deny policy that a user gets because no class of the AAA server matched. Above 0
the newest session wins and the oldest is evicted.

How to be sure
Look up which group-policy the user got (`AAA retrieved default group policy`), and its `vpn-simultaneous-logins`.

How to fix it
Let AAA assign the group-policy that was meant, or raise the limit there. Where people share an account, stop that.

References
- Cisco ASA command reference, `vpn-simultaneous-logins`
- asa-syslog: 113003, 113009, 113019
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because, nothing
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._users import SYMPTOMS, is_login_limit, user_of
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The group-policy allows no further login",
    family="xauth",
    severity="warning",
    needs=("log",),
    explains=("xauth-rejected", *SYMPTOMS),
)


def match(tunnel: Tunnel) -> Verdict:
    """A refused login, or a session that a newer one pushed out."""
    refused = failed_because(tunnel, lambda attempt, event: bool(_limit(attempt)))
    claimed = [(attempt, _limit(attempt) or event) for attempt, event in refused]
    if claimed:
        return _found(tunnel, claimed, evicted=False)
    evicted = [(one, event) for one in tunnel.negotiations if (event := _limit(one)) and one.outcome == "deleted"]
    return _found(tunnel, evicted, evicted=True) if evicted else nothing(tunnel)


def _limit(attempt: Negotiation) -> Event | None:
    said = attempt.all(EventKind.LOGINS_EXCEEDED, EventKind.XAUTH_REJECTED, EventKind.TORN_DOWN)
    return next((one for one in said if one.kind == EventKind.LOGINS_EXCEEDED or is_login_limit(one)), None)


def _found(tunnel: Tunnel, claimed: list[tuple[Negotiation, Event]], *, evicted: bool) -> Found:
    _, event = claimed[0]
    policy = tunnel.configuration.group_policy if tunnel.configuration else None
    limit = policy.simultaneous_logins if policy else None
    name = policy.name if policy else "<name>"
    allowed = f" ({policy.name} allows {limit})" if policy and limit is not None else ""
    happened = "was pushed out by a newer session" if evicted else "is refused"
    return found(
        claimed,
        summary=f"{user_of(tunnel, event).capitalize()} {happened}: simultaneous logins{allowed}",
        explanation="A limit of 0 is a deny policy: the user got it because no class of the AAA server matched. "
        "Above 0 the oldest session of the user is evicted.",
        confidence="certain",
        side="local",
        configuration=policy.lines if policy else (),
        next_steps=(
            _steps.read(f"show running-config group-policy {name}", "see vpn-simultaneous-logins of the policy"),
            _steps.read(
                "show logging | include 113003|113009", "see which group-policy the user was given, and by whom"
            ),
            _steps.read("show vpn-sessiondb", "count the sessions"),
        ),
        ask_peer=("Do several people or devices use this account at the same time?",),
    )
