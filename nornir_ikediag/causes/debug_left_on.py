"""Debugging is on that no open window accounts for.

What you see
`show debug` lists a crypto debug, or `show crypto debug-condition` a condition, that was there before ikediag came or
that a window could not be proved to have taken away.

What it means
Debug output has high priority and costs the box CPU. Somebody forgot it, somebody is at work right now, or a session
died in the middle; with `logging debug-trace persistent` it lives on.

How to be sure
`show debug`, `show crypto debug-condition`, and `show ssh sessions`: who else is logged in?

How to fix it
Ask whoever is logged in; then switch off exactly what is listed. `ikediag sweep` takes back what a window of ours
left on when its process was killed, and nothing else.

References
- Cisco document 200365, debugs belong to their session
- Cisco ASA command reference, `debug crypto condition`
"""

from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import WindowFacts
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Step, Verdict

CAUSE = Cause(
    title="Debugging is left on",
    family="device",
    severity="error",
    needs=("debug", "debug_condition"),
)


def match(device: Device) -> Verdict:
    """Debugs or conditions in the last reading; or a window whose end is not proved."""
    unproved = next((one for one in device.facts.windows if one.proved_off is False), None)
    on = device.facts.debug_on or ()
    conditions = device.facts.debug_conditions or ()
    if not (unproved or on or conditions):
        return RuledOut()
    if unproved:
        summary = "A debug window of ours could not be proved to be off"
    elif on:
        summary = "Crypto debugging is on, and not by this run"
    else:
        summary = "A debug condition is set, and not by this run"
    return Found(
        summary=summary,
        explanation="Debug output costs CPU and, with conditions, hides what others look for.",
        evidence=few(on, conditions) or (Evidence("debug window", 1, "the end of the debug was not proved"),),
        confidence="certain" if on or conditions else "likely",
        side="local",
        next_steps=(
            read("show debug", "see what is on now"),
            read("show crypto debug-condition", "see which conditions are set"),
            read("show ssh sessions", "see who else is logged in, and ask before you switch anything off"),
            *_to_type(unproved),
        ),
        count=max(len(on) + len(conditions), 1),
    )


def _to_type(window: WindowFacts | None) -> tuple[Step, ...]:
    if window is None:
        return ()
    why = "what the window left to a person to type; it touches no tunnel"
    to_type = [
        command for command in window.left_to_type if not command.startswith("show ")
    ]  # those stand there already
    return tuple(Step(command, "changes-configuration", why) for command in to_type)
