"""The device sends its debugs to syslog, not to the session.

What you see
`logging debug-trace` in the configuration, or the line `'logging debug-trace' is enabled. All debug messages are
currently being redirected to syslog:711001`; a debug window that stays empty.

What it means
With debug-trace every debug line becomes syslog message 711001 and does not appear in any session. With `persistent`
the debugs even outlive the session that switched them on.

How to be sure
`show running-config logging | include debug-trace`.

How to fix it
Read the lines where they go (`show logging | include 711001`, or the syslog server). Ikediag never changes logging;
take debug-trace away only if nobody relies on it.

References
- Cisco document 200365, where debug output goes
- asa-syslog: 711001
"""

from nornir_ikediag.causes._box import said
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.verdict import CannotTell, Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="Debugs go to syslog",
    family="device",
    severity="warning",
    needs=("logging_setting", "log"),
)


def match(device: Device) -> Verdict:
    """The setting, or the device's own notice."""
    notices = said(device, EventKind.DEBUG_TO_SYSLOG)
    setting = device.facts.debug_to_syslog
    configuration = device.facts.configuration
    if setting is None and not notices:
        known = configuration is not None and configuration.logging_debug_trace is not None
        return RuledOut() if known or not device.facts.windows else CannotTell("`show running-config logging`")
    persistent = setting is not None and "persistent" in setting.text
    return Found(
        summary="Debug output goes to syslog as message 711001, not to the session"
        + ("; it outlives the session" if persistent else ""),
        explanation="`logging debug-trace` is set, so a debug window on this device stays empty.",
        evidence=few(setting, notices.events),
        confidence="certain",
        side="local",
        next_steps=(
            read("show logging | include 711001", "read the debug lines where they go, if the buffer takes them"),
            read("show running-config logging", "see the setting and the syslog servers"),
        ),
    )
