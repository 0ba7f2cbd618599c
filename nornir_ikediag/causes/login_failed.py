"""The device refused the credentials or enable.

What you see
Permission denied at login, or `enable` that does not lead to the `#` prompt.

What it means
Nothing was read. Repeated attempts with wrong credentials can lock an account at the AAA server.

How to be sure
Log in by hand once with the same user.

How to fix it
IKEDIAG_USERNAME, IKEDIAG_PASSWORD and IKEDIAG_ENABLE, or the user's rights at the AAA server.

References
- Cisco ASA command reference, `aaa authentication`, `enable`
- asa-syslog: 113015, 605004
"""

from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import own_words
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="The device refused the login",
    family="device",
    severity="error",
)


def match(device: Device) -> Verdict:
    """The device refused the credentials."""
    facts = device.facts
    if facts.status != "login-failed" and facts.problem_cause != "login-failed":
        return RuledOut()
    return Found(
        summary=own_words(facts) or f"{facts.name} refused the credentials or `enable`",
        explanation="Nothing was read from this device, so none of its tunnels was judged.",
        evidence=(Evidence(f"ssh {facts.host or facts.name}", 1, facts.problem or facts.status),),
        confidence="certain",
        side="local",
        next_steps=(read(f"ssh {facts.host or facts.name}", "log in by hand once, as the same user"),),
    )
