"""The commands that a simulated firewall knows."""

from nornir_ikediag.lab import configuration, outputs, system
from nornir_ikediag.lab.command import Command, Handler, variants
from nornir_ikediag.lab.terminal import Terminal, sessions_of

DEBUG_TRACE = (
    "INFO: 'logging debug-trace' is enabled. All debug messages are currently being redirected to syslog:711001 "
    "and will not appear in any monitor session"
)


def enable(session: Terminal, _words: list[str]) -> list[str]:
    """Ask for the enable password."""
    session.ask("Password: ", session.enable, hidden=True)
    return []


def login(session: Terminal, _words: list[str]) -> list[str]:
    """Ask who is there."""
    session.ask("Username: ", session.login)
    return []


def leave(session: Terminal, _words: list[str]) -> list[str]:
    """`exit` leaves configuration mode, else the device."""
    if session.configuring:
        session.configuring = False
        return []
    session.write("\r\nLogoff\r\n\r\n")
    session.close()
    return []


def configure(session: Terminal, _words: list[str]) -> list[str]:
    """Enter configuration mode, and remember for ever that somebody did."""
    session.configuring = True
    session.device.configuration_entered = True
    return []


def end_configuration(session: Terminal, _words: list[str]) -> list[str]:
    """Leave configuration mode."""
    session.configuring = False
    return []


def terminal_width(session: Terminal, _words: list[str]) -> list[str]:
    """A change of the running configuration, which the device remembers."""
    session.device.modified_by = session.username
    session.device.modified_seconds_ago = int(-session.context.now())
    return []


def terminal_pager(session: Terminal, words: list[str]) -> list[str]:
    """Lines a page, 0 for no pager. This session only."""
    session.pager_lines = int(words[-1]) if words and words[-1].isdecimal() else 24
    return []


def changeto(session: Terminal, words: list[str]) -> list[str]:
    """Another context, by name."""
    context = session.device.contexts.get(words[0] if words else "system")
    if context is None or len(session.device.contexts) < 2:
        return ["ERROR: Command not valid in current execution space"]
    session.context = context
    return []


def debug_on(kind: str) -> Handler:
    """`debug crypto …` of one kind, for this session."""

    def run(session: Terminal, words: list[str]) -> list[str]:
        level = int(words[0]) if words and words[0].isdecimal() else 1
        session.listening[session.context.name, kind] = level
        session.context.watched()
        return [DEBUG_TRACE] if session.context.debug_trace else []

    return run


def debug_off(*kinds: str) -> Handler:
    """The `no` and `undebug` forms; without a kind, all of this session's."""

    def run(session: Terminal, _words: list[str]) -> list[str]:
        for kind in kinds:
            session.listening.pop((session.context.name, kind), None)
            (session.context.outliving or {}).pop(kind, None)
        if not kinds:
            session.listening.clear()
        return []

    return run


def condition(session: Terminal, words: list[str]) -> list[str]:
    """`debug crypto condition peer X`: for the whole box."""
    if words[0] not in session.context.conditions:
        session.context.conditions.append(words[0])
    return []


def no_condition(session: Terminal, words: list[str]) -> list[str]:
    """Take one condition away."""
    if words[0] in session.context.conditions:
        session.context.conditions.remove(words[0])
    return []


def reset_conditions(session: Terminal, _words: list[str]) -> list[str]:
    """`debug crypto condition reset`."""
    session.context.conditions.clear()
    return []


def disconnect(session: Terminal, words: list[str]) -> list[str]:
    """`ssh disconnect N`."""
    for other in sessions_of(session.device):
        if str(other.session_id) == words[0]:
            other.close()
            return []
    return [f"ERROR: SSH session {words[0]} does not exist"]


V84 = (8, 4)
_LINES: list[tuple[str, Handler, dict[str, object]]] = [
    ("enable", enable, {"level": 0}),
    ("login", login, {"level": 0}),
    ("exit", leave, {"level": 0}),
    ("quit", leave, {"level": 0}),
    ("logout", leave, {"level": 0}),
    ("configure terminal", configure, {}),
    ("end", end_configuration, {"only_configuring": True}),
    ("terminal width <columns>", terminal_width, {"only_configuring": True}),
    ("terminal pager [lines] <lines>", terminal_pager, {"level": 0}),
    ("changeto context <name>", changeto, {}),
    ("changeto system", changeto, {}),
    ("ssh disconnect <id>", disconnect, {}),
    ("debug crypto isakmp [<level>]", debug_on("ikev1"), {"until": V84}),
    ("debug crypto ikev1 [<level>]", debug_on("ikev1"), {"since": V84}),
    ("debug crypto ipsec [<level>]", debug_on("ipsec"), {}),
    ("debug crypto ike-common [<level>]", debug_on("ike-common"), {"since": V84}),
    ("debug crypto ikev2 protocol [<level>]", debug_on("ikev2 protocol"), {"since": V84}),
    ("debug crypto ikev2 platform [<level>]", debug_on("ikev2 platform"), {"since": V84}),
    ("debug crypto condition peer <address>", condition, {}),
    ("no debug crypto condition peer <address>", no_condition, {}),
    ("debug crypto condition reset", reset_conditions, {}),
    ("undebug all", debug_off(), {}),
    ("no debug all", debug_off(), {}),
    ("show curpriv", system.curpriv, {"level": 0}),
    ("show version", system.version, {"level": 0}),
    ("show clock", system.clock, {"level": 0}),
    ("show pager", system.pager, {"level": 0}),
    ("show failover", system.failover, {}),
    ("show cluster info", system.cluster_info, {}),
    ("show cpu [usage]", system.cpu_usage, {}),
    ("show debug", system.debugging, {}),
    ("show crypto debug-condition", system.debug_condition, {}),
    ("show ssh sessions", system.ssh_sessions, {}),
    ("show mode", system.mode, {}),
    ("show context", system.contexts, {}),
    ("show route [<destination>]", system.route, {}),
    ("show interface ip brief", system.interface_brief, {}),
    ("show logging", system.logging_buffer, {}),
    ("show logging setting", system.logging_setting, {}),
    ("show crypto isakmp sa [detail]", outputs.isakmp_sa, {}),
    ("show crypto ikev1 sa [detail]", outputs.ikev1_sa, {"since": V84}),
    ("show crypto ikev2 sa [detail]", outputs.ikev2_sa, {"since": V84}),
    ("show crypto ipsec sa [detail]", outputs.ipsec_sa, {}),
    ("show crypto ipsec sa peer <address> [detail]", outputs.ipsec_sa, {}),
    ("show vpn-sessiondb detail l2l", outputs.sessiondb, {}),
    ("show crypto isakmp stats", outputs.ikev1_stats, {"until": V84}),
    ("show crypto ikev1 stats", outputs.ikev1_stats, {"since": V84}),
    ("show crypto ikev2 stats", outputs.ikev2_stats, {"since": V84}),
    ("show crypto ipsec stats", outputs.ipsec_stats, {}),
    ("show running-config crypto", configuration.section("crypto"), {}),
    ("show running-config crypto map", configuration.section("crypto map"), {}),
    ("show running-config crypto isakmp", configuration.section("crypto isakmp"), {"until": V84}),
    ("show running-config crypto ikev1", configuration.section("crypto ikev1"), {"since": V84}),
    ("show running-config crypto ikev2", configuration.section("crypto ikev2"), {"since": V84}),
    ("show running-config crypto ipsec", configuration.section("crypto ipsec"), {}),
    ("show running-config tunnel-group [<name>]", configuration.section("tunnel-group"), {}),
    ("show running-config group-policy [<name>]", configuration.section("group-policy"), {}),
    ("show running-config access-list [<name>]", configuration.section("access-list"), {}),
    ("show running-config interface", configuration.section("interface"), {}),
    ("show running-config ip local pool", configuration.section("ip local pool"), {}),
    ("show running-config logging", configuration.section("logging"), {}),
]
for _off in ("no debug", "undebug"):
    _LINES += [
        (f"{_off} crypto isakmp [<level>]", debug_off("ikev1"), {"until": V84}),
        (f"{_off} crypto ikev1 [<level>]", debug_off("ikev1"), {"since": V84}),
        (f"{_off} crypto ipsec [<level>]", debug_off("ipsec"), {}),
        (f"{_off} crypto ike-common [<level>]", debug_off("ike-common"), {"since": V84}),
        (f"{_off} crypto ikev2 protocol [<level>]", debug_off("ikev2 protocol"), {"since": V84}),
        (f"{_off} crypto ikev2 platform [<level>]", debug_off("ikev2 platform"), {"since": V84}),
        (f"{_off} crypto ikev2", debug_off("ikev2 protocol", "ikev2 platform"), {"since": V84}),
    ]

TABLE: tuple[Command, ...] = tuple(
    Command(words, run, **options)  # type: ignore[arg-type]  # the options are named in the table
    for pattern, run, options in _LINES
    for words in variants(pattern)
)
