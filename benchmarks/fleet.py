"""A fleet, read over SSH: our session against plain netmiko, told how not to lose output.

netmiko is used the way that is safe: `expect_string` anchored on the host's prompt, `auto_find_prompt=False`, and
without entering configuration mode. Both send the same commands to the same simulated firewalls, which run in another
process, with as many workers, and what comes back is compared in every round, character by character, after redaction.
Ours also takes secrets out of what it reads, and waits up to a third of a second before a login, as it always does.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoBaseException

from benchmarks._contest import medians
from benchmarks._firewalls import Firewall
from nornir_ikediag.device.session import AsaSession
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.errors import DeviceError
from nornir_ikediag.redact import redact_text

TARGET_RATIO = 1.10
_FIREWALLS = 200
_WORKERS = 20
# What collect_state reads, as far as it is the same for everybody who asks: no clock, no list of sessions.
_COMMANDS = (
    "show version",
    "show failover",
    "show debug",
    "show crypto debug-condition",
    "show running-config logging",
    "show crypto ikev1 sa detail",
    "show crypto ikev2 sa detail",
    "show crypto ipsec sa",
    "show vpn-sessiondb detail l2l",
    "show running-config crypto",
    "show running-config tunnel-group",
    "show running-config group-policy",
    "show running-config ip local pool",
    "show interface ip brief",
    "show crypto ikev1 stats",
    "show crypto ipsec stats",
)

Texts = dict[str, str]


def with_our_session(firewall: Firewall) -> Texts:
    """The texts, by command."""
    session = AsaSession(
        Destination(
            name=firewall.name,
            hostname=firewall.hostname,
            port=firewall.port,
            username=firewall.username,
            password=firewall.password,
            enable=firewall.enable,
        )
    )
    session.open()
    try:
        return {command: session.command(command).text for command in _COMMANDS}
    finally:
        session.close()


def with_netmiko(firewall: Firewall) -> Texts:
    """The texts, by command."""
    prompt = rf"(?m)^{firewall.name}[^\s#>]*#\s*$"
    with ConnectHandler(
        device_type="cisco_asa",
        host=firewall.hostname,
        port=firewall.port,
        username=firewall.username,
        password=firewall.password,
        secret=firewall.enable,
        allow_auto_change=False,
    ) as connection:
        return {
            command: str(connection.send_command(command, expect_string=prompt, auto_find_prompt=False))
            for command in _COMMANDS
        }


def everybody(read: Callable[[Firewall], Texts], firewalls: Sequence[Firewall]) -> list[Texts]:
    """All of them, so many at a time; an empty dictionary for one that was lost."""

    def texts(firewall: Firewall) -> Texts:
        try:
            return read(firewall)
        except (NetmikoBaseException, DeviceError):
            return {}

    with ThreadPoolExecutor(_WORKERS) as workers:
        return list(workers.map(texts, firewalls))


class Comparison:
    """All texts that came back to the same question, by contestant. What most of them say is taken for true."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._lost: Counter[str] = Counter()
        self._said: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)

    def take(self, contestant: str, firewalls: Sequence[Firewall], read: Sequence[Texts]) -> None:
        """One reading of the fleet."""
        for firewall, texts in zip(firewalls, read, strict=True):
            self._lost[contestant] += not texts
            for command in texts:
                text = redact_text(texts[command].strip("\n"))[0]
                self._texts[firewall.name, command][text] += 1
                self._said[contestant][firewall.name, command, text] += 1

    def count(self, contestant: str) -> int:
        """How many texts it brought."""
        return self._said[contestant].total()

    def lost(self, contestant: str) -> int:
        """How often a firewall could not be read."""
        return self._lost[contestant]

    def wrong(self, contestant: str) -> int:
        """How many of them are not what the firewall said."""
        true = {question: texts.most_common(1)[0][0] for question, texts in self._texts.items()}
        said = self._said[contestant].items()
        return sum(times for (name, command, text), times in said if text != true[name, command])


@contextmanager
def fleet(count: int) -> Iterator[list[Firewall]]:
    """So many simulated firewalls, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks._firewalls", str(count)]
    with subprocess.Popen(  # noqa: S603  # this interpreter and a module of this folder
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield [Firewall(**one) for one in json.loads(process.stdout.readline())]
        finally:
            process.stdin.close()


def main() -> None:
    """Print the table."""
    comparison = Comparison()
    with fleet(_FIREWALLS) as firewalls:
        seconds = medians(
            {
                "netmiko": lambda: everybody(with_netmiko, firewalls),
                "ours": lambda: everybody(with_our_session, firewalls),
            },
            look=lambda name, read: comparison.take(name, firewalls, read),
        )
    print(f"{_FIREWALLS} firewalls, {len(_COMMANDS)} commands each, {_WORKERS} at a time")
    for name, taken in seconds.items():
        print(f"  {name:<10} {taken:6.2f} s  {taken / _FIREWALLS * 1000:6.1f} ms a firewall")
    ratio = seconds["ours"] / seconds["netmiko"]
    verdict = "met" if ratio <= TARGET_RATIO else "missed"
    print(f"  ratio      {ratio:6.2f}    target at most {TARGET_RATIO:.2f}: {verdict}")
    for name in seconds:
        texts, wrong, lost = comparison.count(name), comparison.wrong(name), comparison.lost(name)
        print(f"  {name:<10} {lost} firewalls lost; {texts} texts, {wrong} of them not what the firewall said")
    print()
