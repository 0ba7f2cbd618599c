"""The device refused a command (authorization or syntax).

What you see
`Command authorization failed`, `% Invalid input detected at '^' marker.`, `ERROR: % Incomplete command`.

What it means
The user may not run the command, or this release spells it otherwise. What only that command shows was not judged.
Commands that not every model has are no trouble and not reported.

How to be sure
Type the command by hand as the same user.

How to fix it
Permit the commands that the documentation lists to this user at the AAA server.

References
- Cisco ASA command reference, `aaa authorization command`
"""

from nornir_ikediag.causes._outputs import ESSENTIAL, question_of, quote, refused
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import few, join
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="The device refused a command",
    family="device",
    severity="error",
)


def match(device: Device) -> Verdict:
    """A command that a diagnosis needs was refused, and nothing else answered in its place."""
    sources = refused(device)
    facts = device.facts
    told = facts.problem_cause == "command-refused"
    if not sources and not told:
        return RuledOut()
    commands = join(dict.fromkeys(f"`{one.command or one.name}`" for one in sources))
    essential = told or any(question_of(one) in ESSENTIAL for one in sources)
    return Found(
        summary=f"The device refused {commands}" if sources else facts.problem or "The device refused a command",
        explanation=(
            "What only these commands show was not judged. Permit them to this user where commands are authorized."
            if sources
            else "Its tunnels were not judged."
        ),
        evidence=few(quote(one) for one in sources),
        confidence="certain",
        side="local",
        severity=None if essential else "warning",
        next_steps=(read("show curpriv", "see as whom and with which privilege the session runs"),) if sources else (),
        count=max(len(sources), 1),
    )
