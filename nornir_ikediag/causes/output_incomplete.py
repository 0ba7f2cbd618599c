"""Output stopped before its end, or is an error message.

What you see
A list of SAs that breaks off in the middle of a record, `<--- More --->`, an error text instead of output, nothing at
all.

What it means
The session died, the device took too long, or somebody pasted a part. A tunnel that is missing from cut output may be
up, so nothing is concluded from its absence.

How to be sure
Run the command again and compare the number of lines.

How to fix it
Collect again; for large hubs allow more time, or ask for one peer.

References
- RFC 4254 section 5.3 (an SSH channel can close at any time)
"""

from nornir_ikediag.causes._outputs import incomplete, question_of, quote
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import few, join
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="Output stopped before its end",
    family="device",
    severity="error",
)


def match(device: Device) -> Verdict:
    """A show command, or the whole collection, that did not come to its end."""
    sources = tuple(one for one in incomplete(device) if "|" not in (one.command or ""))  # cut on purpose
    facts = device.facts
    told = facts.problem_cause == "output-incomplete"
    if not sources and not told:
        return RuledOut()
    names = join(dict.fromkeys(f"`{one.command or one.name}`" for one in sources))
    problem = next((one.problem for one in sources if one.problem), facts.problem)
    essential = told or any(question_of(one) or one.command is None for one in sources)
    return Found(
        summary=f"{names or 'Output'} did not come to its end" + (f": {problem}" if problem else ""),
        explanation="A tunnel that is not in cut output may be up; its absence proves nothing.",
        evidence=few(quote(one) for one in sources),
        confidence="certain",
        side="local",
        severity=None if essential else "warning",
        next_steps=tuple(
            read(one.command, "read it again to its end")
            for one in sources
            if one.command is not None and one.command.startswith("show")
        ),
        count=max(len(sources), 1),
    )
