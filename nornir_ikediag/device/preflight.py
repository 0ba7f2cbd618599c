"""May a debug window be opened here and now? Read-only questions, asked right before it, and what speaks against it.

Debugging has a high priority in the CPU process, is seen only by the session that asked for it, and shows nothing on a
unit that does not speak IKE (Cisco document 200365, and the cautions of the configuration guides).
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from nornir_ikediag.device.session import Answer, AsaSession

CPU_LIMIT_PERCENT: Final = 70
SSH_SESSIONS: Final = 5  # a context; one must stay free to get in again, and one for a person
MOST_UNCONDITIONAL_SESSIONS: Final = 20

_CPU: Final = re.compile(r"1 minute:\s*(\d+)\s*%")
_THIS_UNIT: Final = re.compile(r"This (?:host|context):\s*(?:\w+\s*-\s*)?(\w+)", re.IGNORECASE)
_CLUSTER_STATE: Final = re.compile(r'This is "[^"]*" in state (\w+)')
_TRACE: Final = re.compile(r"^logging debug-trace(?P<persistent>\s+persistent)?\s*$", re.MULTILINE)
_SSH_ROW: Final = re.compile(r"^\s*(\d+)\s+(\S+)\s+.*?(\S+)\s*$")


class SshSession(msgspec.Struct, frozen=True):
    """A line of `show ssh sessions`."""

    number: str
    client: str
    username: str


class Objection(msgspec.Struct, frozen=True):
    """What speaks against a window: the sentence, the id of the finding, and whether `force` may overrule it."""

    sentence: str
    cause: str | None = None
    can_be_forced: bool = False


class Preflight(msgspec.Struct, frozen=True, kw_only=True):
    """How the device was before the window, which is how it has to be after it."""

    objections: tuple[Objection, ...]
    debugs: str
    conditions: str
    ssh_sessions: tuple[SshSession, ...]
    own_session: SshSession | None

    def objection(self, *, force: bool) -> Objection | None:
        """The first that stands; the ones that cannot be forced come first."""
        standing = [one for one in self.objections if not (force and one.can_be_forced)]
        return min(standing, key=lambda one: one.can_be_forced, default=None)


def preflight(session: AsaSession) -> Preflight:
    """Ask, and weigh the answers. Raises OutputIncomplete when the session ends."""
    name = session.name
    cpu = session.command("show cpu usage")
    debugs = session.command("show debug")
    conditions = session.command("show crypto debug-condition")
    sessions = ssh_sessions(session.command("show ssh sessions").text)
    objections = (
        _role(name, session.command("show failover"), session.command("show cluster info")),
        _trace(name, session.command("show running-config logging")),
        _debugging(name, debugs, conditions),
        _load(name, cpu),
        _slots(name, sessions),
    )
    return Preflight(
        objections=tuple(one for one in objections if one is not None),
        debugs=meaning(debugs.text),
        conditions=meaning(conditions.text),
        ssh_sessions=sessions,
        own_session=own_session(sessions, session),
    )


def meaning(text: str) -> str:
    """The text without what may differ between two equal states: blanks and empty lines."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def role(failover: str, cluster: str = "") -> str:
    """active, standby, standalone, control, data or unknown, from `show failover` and `show cluster info`."""
    state = _CLUSTER_STATE.search(cluster)
    if state:
        return "control" if state[1].upper().startswith(("MASTER", "CONTROL")) else "data"
    if re.search(r"^\s*Failover Off", failover, re.MULTILINE | re.IGNORECASE):
        return "standalone"
    unit = _THIS_UNIT.search(failover)
    return {"active": "active", "standby": "standby"}.get(unit[1].lower(), "unknown") if unit else "unknown"


def conditions_set(text: str) -> bool:
    """Whether `show crypto debug-condition` shows a condition."""
    return bool(re.search(r"turned ON|filters?:\s*\S|filters?:\s*\n\s*[0-9a-fA-F]+[.:]", text))


def ssh_sessions(text: str) -> tuple[SshSession, ...]:
    """The sessions of `show ssh sessions`; each has a second line without a number, for the other direction."""
    rows = (_SSH_ROW.match(line) for line in text.splitlines())
    return tuple(SshSession(row[1], row[2], row[3]) for row in rows if row)


def own_session(sessions: Sequence[SshSession], session: AsaSession) -> SshSession | None:
    """Which of them is ours; None when that cannot be told."""
    candidates = [one for one in sessions if one.username == session.where.username] or list(sessions)
    here = [one for one in candidates if one.client == session.local_address()] or candidates
    return here[0] if len(here) == 1 else None


def _role(name: str, failover: Answer, cluster: Answer) -> Objection | None:
    found = role(failover.text, "" if cluster.refused else cluster.text)
    if found in ("standby", "data"):
        return Objection(
            f"No debug window on {name}: it is the {found} unit, which does not speak IKE. Diagnose the active unit.",
            "not-active-unit",
        )
    if found == "unknown":
        return Objection(
            f"No debug window on {name}: `show failover` does not say whether this unit is active. Use --force if it "
            "is.",
            can_be_forced=True,
        )
    return None


def _trace(name: str, logging: Answer) -> Objection | None:
    trace = _TRACE.search(logging.text)
    if trace is None:
        return None
    if trace["persistent"]:
        return Objection(
            f"No debug window on {name}: `logging debug-trace persistent` lets debugs outlive the session, so that "
            "their end could not be guaranteed. Use --force only if somebody watches the device.",
            "debug-elsewhere",
            can_be_forced=True,
        )
    return Objection(
        f"No debug window on {name}: `logging debug-trace` sends debugs to syslog (711001), so that the session would "
        "stay empty. Read the syslog with: ikediag explain.",
        "debug-elsewhere",
    )


def _debugging(name: str, debugs: Answer, conditions: Answer) -> Objection | None:
    if not debugs.refused and re.search(r"^\s*debug\b", debugs.text, re.MULTILINE | re.IGNORECASE):
        return Objection(
            f"No debug window on {name}: debugging is on already (show debug). Whoever set it should end it first.",
            "debug-left-on",
        )
    if not conditions.refused and conditions_set(conditions.text):
        return Objection(
            f"No debug window on {name}: debug conditions are set already (show crypto debug-condition). Whoever set "
            "them should remove them first; should a window of ours have left them, `ikediag sweep` does.",
            "debug-left-on",
        )
    if debugs.refused or not debugs.complete:
        return Objection(
            f"No debug window on {name}: it refuses `show debug`, which has to prove that debugging is off again. "
            "Permit the command to our user, or use --force: debugging then ends with the session.",
            "command-refused",
            can_be_forced=True,
        )
    return None


def _load(name: str, cpu: Answer) -> Objection | None:
    used = _CPU.search(cpu.text)
    if used is None:
        return Objection(
            f"No debug window on {name}: `show cpu usage` does not tell how busy it is. Use --force if it is idle.",
            can_be_forced=True,
        )
    if int(used[1]) > CPU_LIMIT_PERCENT:
        return Objection(
            f"No debug window on {name}: its CPU was {used[1]} % busy over the last minute, more than "
            f"{CPU_LIMIT_PERCENT} %. Try again in a quiet hour, or use --force.",
            can_be_forced=True,
        )
    return None


def _slots(name: str, sessions: Sequence[SshSession]) -> Objection | None:
    free = SSH_SESSIONS - len(sessions)
    if sessions and free < 2:
        return Objection(
            f"No debug window on {name}: only {free} of its {SSH_SESSIONS} SSH sessions is free, and one is needed to "
            "get back in. Close idle ones (show ssh sessions), or use --force.",
            can_be_forced=True,
        )
    return None
