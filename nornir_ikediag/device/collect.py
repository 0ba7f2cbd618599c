"""The evidence that costs nothing: show commands, in the order in which a capture holds them.

One refused command loses nothing but its own output. Where a release spells a command in two ways, the other one is
tried once. What stops us altogether (the session ends) is a value of the capture, not an exception.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.device import preflight, transcript
from nornir_ikediag.device.commands import is_address, is_name, is_word
from nornir_ikediag.device.session import Answer, AsaSession, now
from nornir_ikediag.errors import CommandRefused, DeviceError, OutputIncomplete
from nornir_ikediag.model.facts import DeviceStatus, WindowFacts

MOST_PEERS: Final = 8  # of those that are down and that nobody asked about, for the questions that are asked per peer
MOST_ACCESS_LISTS: Final = 40

_IKEV1_SAS: Final = ("show crypto ikev1 sa detail", "show crypto isakmp sa detail")
_INTERFACES: Final = "show running-config interface | include interface|nameif|shutdown|tunnel"
_RELEASE: Final = re.compile(r"Software Version (\S+)(?: <(?P<space>\w+)>)?")
_NUMBERS: Final = re.compile(r"(\d+)\.(\d+)")
_ENTRY: Final = re.compile(r"^crypto (?:dynamic-)?map (\S+ \d+) (match address|set peer) (.+?)\s*$", re.MULTILINE)
_PROFILE: Final = re.compile(r"^crypto ipsec profile ", re.MULTILINE)
_DESTINATION: Final = re.compile(r"^ tunnel destination (\S+)", re.MULTILINE)
_IKE_SESSION: Final = re.compile(r"^\s*\d+\s+IKE Peer:|\bREADY\b", re.MULTILINE)

Telling = Callable[[str], None]


class Collector:
    """Asks one device, and keeps what it says. ``peers`` are those that the caller asks about, as he named them.

    ``telling`` is told what is being done, in two or three words.
    """

    def __init__(self, session: AsaSession, *, peers: Sequence[str] = (), telling: Telling | None = None) -> None:
        self.session = session
        self.sources: list[Source] = []
        self.windows: list[WindowFacts] = []
        self.release: str | None = None
        self._peers = tuple(peers)
        self.telling = telling or (lambda _: None)
        self._collected_at = now()
        self._round = 0
        self._space: str | None = None  # in multiple mode: context or system
        self._noticed: tuple[str, ...] = ()
        self._problem: tuple[DeviceStatus, str, str | None] | None = None
        self._answers: dict[str, Answer] = {}

    @property
    def numbers(self) -> tuple[int, int] | None:
        """Major and minor release, when `show version` told."""
        found = _NUMBERS.match(self.release or "")
        return (int(found[1]), int(found[2])) if found else None

    @property
    def ike_sessions(self) -> int:
        """How many IKE SAs the device listed."""
        return sum(len(_IKE_SESSION.findall(one.text)) for name, one in self._answers.items() if " sa detail" in name)

    def state(self) -> None:
        """Everything that show commands tell. Raises nothing of the device's."""
        for step in (self._identity, self._associations, self._configuration, self._surroundings):
            if self._problem is None:
                self._try(step)

    def again(self) -> None:
        """The SAs once more, after a window, in the same session. Raises nothing of the device's."""
        self._round += 1
        self.telling("reading the SAs again")
        self._try(self._associations)
        self._try(self._logged)

    def failed(self, error: DeviceError, status: DeviceStatus) -> None:
        """Remember what kept us out, or cut us short."""
        self._problem = self._problem or (status, str(error), error.cause)

    def capture(self) -> Capture:
        """All that was said so far."""
        status, problem, cause = self._problem or self._shortcoming()
        failover, cluster = self._text("show failover"), self._text("show cluster info")
        return Capture(
            name=self.session.name,
            host=self.session.where.hostname,
            status=status,
            problem=problem,
            problem_cause=cause,
            release=self.release,
            context=self.session.context,
            role=preflight.role(failover, cluster) if failover else None,
            collected_at=self._collected_at,
            device_clock=self._text("show clock").strip() or None,
            sources=tuple(self.sources),
            windows=tuple(self.windows),
            peers=self._peers,
        )

    def notice(self, peer: str) -> None:
        """An address that a window is about to watch: ask the log about it afterwards."""
        if peer not in self._asked_about():
            self._noticed = (*self._noticed, peer)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (OutputIncomplete, CommandRefused) as error:
            self.failed(error, "partial")

    def _identity(self) -> None:
        self.telling("reading the device")
        for answer in self.session.login_answers:
            self._keep(answer)
        version = self._ask("show version")
        if found := _RELEASE.search(version.text):
            self.release, self._space = found[1], found["space"]
        self._ask("show clock")
        self._ask("show failover", optional=True)
        if (self.numbers or (9, 0)) >= (9, 0):
            self._ask("show cluster info", optional=True)
        for command in ("show cpu usage", "show debug", "show crypto debug-condition", "show ssh sessions"):
            self._ask(command, optional=True)
        self._ask("show running-config logging", optional=True)

    def _associations(self) -> None:
        self.telling("reading the SAs")
        self._ask_either(_IKEV1_SAS)
        if self._speaks_ikev2():
            self._ask("show crypto ikev2 sa detail")
        self._ask("show crypto ipsec sa")
        self._ask("show vpn-sessiondb detail l2l", optional=True)

    def _configuration(self) -> None:
        self.telling("reading the configuration")
        crypto = self._ask("show running-config crypto").text
        if self._space and self.session.context is None and not (_ENTRY.search(crypto) or _PROFILE.search(crypto)):
            raise CommandRefused(self.session.name, self._wrong_context())
        if _PROFILE.search(crypto):  # then tunnel interfaces may name peers; else there is no need to see interfaces
            self._ask(_INTERFACES)
        for section in ("tunnel-group", "group-policy", "ip local pool"):
            self._ask(f"show running-config {section}")
        for name in _access_lists(crypto, self._peers):
            self._ask(f"show running-config access-list {name}")

    def _wrong_context(self) -> str:
        """In multiple mode a login ends in one context, and a VPN is in another."""
        listed = self.session.command("show context")
        names = [] if listed.refused else re.findall(r"^[* ](\S+) +\S+ +\S+,\S", listed.text, re.MULTILINE)
        known = f" It has {', '.join(names)}." if names else ""
        return (
            f"{self.session.name} has several contexts, and the one that the login ends in "
            f"({self.session.prompt.text.rstrip('#>')}) has no VPN.{known} Name the right one: --context, or "
            "data.ikediag.context in the inventory."
        )

    def _surroundings(self) -> None:
        self.telling("reading routes and log")
        for peer in self._asked_about():
            self._ask(f"show route {peer}")
        self._ask("show interface ip brief")
        self._logged()
        for kind in ("ikev1", "ikev2", "ipsec"):
            if kind != "ikev2" or self._speaks_ikev2():
                self._ask_either(
                    (f"show crypto {kind} stats", "show crypto isakmp stats")[: 2 if kind == "ikev1" else 1]
                )

    def _logged(self) -> None:
        """What the log holds of them; of a user or a tunnel-group that was asked about, too."""
        names = (who for who in self._peers if not is_address(who) and is_word(who))
        for who in (*self._asked_about(), *self._noticed, *names):
            self._ask(f"show logging | include {who}", optional=True)

    def _speaks_ikev2(self) -> bool:
        return (self.numbers or (8, 4)) >= (8, 4)

    def _asked_about(self) -> tuple[str, ...]:
        """The peers asked about, as far as they are addresses; else the configured ones that have no SA."""
        if self._peers:
            return tuple(peer for peer in self._peers if is_address(peer))
        served = self._text("show crypto ipsec sa")
        entries = _entries(self._text("show running-config crypto"))
        configured = [peer for _, what, peers in entries if what == "set peer" for peer in peers]
        configured += filter(is_address, _DESTINATION.findall(self._text(_INTERFACES)))
        down = [
            peer for peer in dict.fromkeys(configured) if not re.search(rf"current_peer: {re.escape(peer)}\b", served)
        ]
        return tuple(down[:MOST_PEERS])

    def _text(self, command: str) -> str:
        answer = self._answers.get(command)
        return answer.text if answer is not None and not answer.refused else ""

    def _ask(self, command: str, *, optional: bool = False) -> Answer:
        """Send it and keep the answer; a command that this release or platform does not know may be left out."""
        answer = self.session.command(command)
        self._answers[command] = answer
        if not (optional and answer.refused and not transcript.unauthorized(answer.text)):
            self._keep(answer)
        if not self.session.alive:
            raise OutputIncomplete(
                self.session.name, f"The SSH session with {self.session.name} ended during `{command}`. Try again."
            )
        return answer

    def _ask_either(self, spellings: Sequence[str]) -> Answer:
        """The spelling of this release first; the other one, once, if it is refused."""
        ordered = sorted(spellings, key=lambda one: ("isakmp" in one) == self._speaks_ikev2())
        *others, last = ordered
        for command in others:
            answer = self.session.command(command)
            if not answer.refused or transcript.unauthorized(answer.text):
                self._answers[command] = answer
                self._keep(answer)
                return answer
        return self._ask(last)

    def _keep(self, answer: Answer) -> None:
        self.sources.append(
            Source(
                name=answer.command,
                text=answer.text,
                command=answer.command,
                started_at=answer.started_at,
                ended_at=answer.ended_at,
                complete=answer.complete,
                refused=answer.refused,
                redactions=answer.redactions,
                round=self._round,
            )
        )

    def _shortcoming(self) -> tuple[DeviceStatus, str | None, str | None]:
        """Whether what cannot be done without is missing: the SAs and the configuration of the tunnels."""
        for source in self.sources:
            if source.name.startswith(("show crypto", "show running-config crypto")) and "stats" not in source.name:
                if source.refused and "debug" not in source.name:
                    sentence = (
                        f"{self.session.name} refuses `{source.name}`. Permit it to user {self.session.where.username}."
                    )
                    return "partial", sentence, "command-refused"
                if not source.complete:
                    sentence = f"{self.session.name} did not finish its answer to `{source.name}` in time. Try again."
                    return "partial", sentence, "output-incomplete"
        return "read", None, None


def kept_out(
    name: str, host: str | None, error: DeviceError, status: DeviceStatus, peers: Sequence[str] = ()
) -> Capture:
    """The capture of a device that said nothing."""
    return Capture(
        name=name,
        host=host,
        status=status,
        problem=str(error),
        problem_cause=error.cause,
        collected_at=now(),
        peers=tuple(peers),
    )


def _entries(crypto: str) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """(map and sequence, what, values) of the lines that name peers and access lists."""
    for entry, what, values in _ENTRY.findall(crypto):
        words = tuple(values.split())
        yield (entry, what, words if what == "match address" else tuple(filter(is_address, words)))


def _access_lists(crypto: str, peers: Sequence[str]) -> tuple[str, ...]:
    """The names after `match address`, those of the peers asked about first."""
    entries = [(entry, what, values) for entry, what, values in _entries(crypto) if values]
    wanted = {entry for entry, what, values in entries if what == "set peer" and set(values) & set(peers)}
    named = [(entry not in wanted, values[0]) for entry, what, values in entries if what == "match address"]
    names = dict.fromkeys(name for _, name in sorted(named, key=lambda one: one[0]) if is_name(name))
    return tuple(names)[:MOST_ACCESS_LISTS]
