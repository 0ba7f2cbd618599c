"""What windows leave behind when their process is killed, and what `ikediag sweep` makes of it, over real SSH."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nornir_ikediag.device.preflight import SshSession
from nornir_ikediag.device.records import OpenRecord, WindowRecord, folder, kept
from nornir_ikediag.device.session import AsaSession
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.lab import Lab, LabHost, serve
from nornir_ikediag.lab.command import Command
from nornir_ikediag.lab.commands import TABLE
from nornir_ikediag.lab.terminal import Terminal

Run = Callable[..., subprocess.CompletedProcess[str]]
Served = tuple[LabHost, dict[str, str]]

END = "phase1-encryption-refused"
SWITCHED = ("debug", "no debug", "undebug", "clear", "conf")
NOTHING = f"{END}: nothing is left on.\n1 firewall: 1 clean, 0 mended, 0 with something left on, 0 not looked at.\n"


@pytest.fixture(autouse=True)
def _one_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own process keeps its records where those of the command are."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@contextmanager
def _lab(folder_: Path, end: str = END) -> Iterator[tuple[Lab, dict[str, str]]]:
    with serve([end], speed=0.1) as lab:
        yield lab, {"IKEDIAG_CONFIG": str(lab.write_inventory(folder_)), **lab.environment()}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with _lab(tmp_path / "lab") as (lab, environment):
        yield lab.hosts[0], environment


def _switched(host: LabHost) -> list[str]:
    return [command for command in host.commands if command.startswith(SWITCHED)]


def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 40
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert true()


@contextmanager
def _session(host: LabHost, context: str | None = None) -> Iterator[AsaSession]:
    where = Destination(
        name=host.name,
        hostname=host.hostname,
        port=host.port,
        username=host.username,
        password=host.password,
        enable=host.enable,
        jitter_seconds=0.0,
    )
    session = AsaSession(where, context=context)
    session.open()
    try:
        yield session
    finally:
        session.close()


def _leave(
    session: AsaSession, *commands: str, ssh_session: SshSession | None = None, send: bool = True
) -> WindowRecord:
    """What a window leaves whose process is gone: a record that nobody looks after, and what it names."""
    record = OpenRecord(session, ssh_session, 60)
    record.write(commands)
    for command in commands if send else ():
        session.command(command)
    record.close(proved=False)
    return kept()[0][-1].record


@contextmanager
def _open_window(host: LabHost, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A window that is open, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nornir_ikediag.cli", "diagnose", host.name, "--window", "90", "--peer", str(host.peer)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        _until(lambda: host.debugs)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=40)


def _of(record: WindowRecord) -> str:
    return (
        f"a window of ours, opened {record.opened_at:%Y-%m-%d %H:%M:%S} UTC ({record.username}, process "
        f"{record.process} on {record.computer}) and not closed,"
    )


def test_what_a_killed_window_left_is_taken_back_and_proved(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _open_window(host, environment) as process:
        process.kill()
        process.wait(20)
    _until(lambda: host.sessions == 0)
    assert (host.debugs, host.conditions) == ({}, (host.peer,))  # its debugging went with its session
    (path,) = folder().glob("*.json")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    record = json.loads(path.read_bytes())
    assert (record["schema"], record["name"], record["port"], record["context"], record["username"]) == (
        "nornir-ikediag/window/1",
        host.name,
        host.port,
        None,
        host.username,
    )
    assert record["ssh_session"] == {"number": "0", "client": "127.0.0.1", "username": "netops"}
    assert record["commands"] == [f"debug crypto condition peer {host.peer}", "debug crypto ikev1 127"]
    assert record["process"] == process.pid
    assert not [secret for secret in (host.password, host.enable) if secret in path.read_text("utf-8")]
    ours = _of(kept()[0][0].record)
    before = len(host.commands)

    tried = ikediag("sweep", "--dry-run", environment=environment)
    assert (tried.returncode, host.conditions, path.exists()) == (1, (host.peer,), True)
    assert tried.stdout == (
        f"{END}: {ours} left something on; would send: `no debug crypto condition peer {host.peer}`.\n"
        "1 firewall: 0 clean, 0 mended, 1 with something left on, 0 not looked at.\n"
    )
    mended = ikediag("sweep", environment=environment)
    assert mended.stdout == (
        f"{END}: {ours} left something on, which is taken back and proved off: `no debug crypto condition peer "
        f"{host.peer}`.\n"
        "1 firewall: 0 clean, 1 mended, 0 with something left on, 0 not looked at.\n"
    )
    assert mended.returncode == 0
    assert host.conditions == ()
    assert list(folder().iterdir()) == []
    assert [one for one in host.commands[before:] if one.startswith(SWITCHED)] == [
        f"no debug crypto condition peer {host.peer}"
    ]
    assert not host.configuration_entered
    again = ikediag("sweep", environment=environment)
    assert (again.returncode, again.stdout) == (0, NOTHING)


def test_a_window_that_is_open_is_left_alone(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _open_window(host, environment) as process:
        done = ikediag("sweep", environment=environment)
        record = kept()[0][0].record
        assert (host.debugs, host.conditions) == ({"ikev1": 127}, (host.peer,))
        assert process.poll() is None
    assert done.returncode == 0
    assert done.stdout == (
        f"{END}: a window of ours is open since {record.opened_at:%H:%M:%S} UTC (process {process.pid} on "
        f"{record.computer}), and is left alone.\n"
        "1 firewall: 1 clean, 0 mended, 0 with something left on, 0 not looked at.\n"
    )
    assert (host.debugs, host.conditions, list(folder().iterdir())) == ({}, (), [])


def test_what_somebody_else_set_stays_and_is_told(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _session(host) as session:
        record = _leave(session, f"debug crypto condition peer {host.peer}")
    host.device.here.conditions.append("203.0.113.99")
    _until(lambda: host.sessions == 0)
    done = ikediag("sweep", environment=environment)
    assert host.conditions == ("203.0.113.99",)
    assert done.returncode == 1
    assert done.stdout == (
        f"{END}: {_of(record)} left something on, which is taken back and proved off: `no debug crypto condition peer "
        f"{host.peer}`. Debug conditions of somebody else's are set: `203.0.113.99`. When nobody who is at work needs "
        "them, type: `no debug crypto condition peer 203.0.113.99`.\n"
        "1 firewall: 0 clean, 0 mended, 1 with something left on, 0 not looked at.\n"
    )
    assert list(folder().iterdir()) == []
    before = _switched(host)
    alone = ikediag("sweep", environment=environment)
    assert (alone.returncode, host.conditions, _switched(host)) == (1, ("203.0.113.99",), before)


def test_nothing_is_taken_back_while_somebody_else_is_logged_in(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _session(host) as session:
        record = _leave(
            session, f"debug crypto condition peer {host.peer}", ssh_session=SshSession("4", "192.0.2.9", "x")
        )
        done = ikediag("sweep", environment=environment)
    assert host.conditions == (host.peer,)
    assert done.returncode == 1
    assert done.stdout.startswith(
        f"{END}: {_of(record)} left something on (`no debug crypto condition peer {host.peer}`); not touched, since "
        "others are logged in (netops from 127.0.0.1) whose debugging may rest on it. Sweep again when they are gone, "
        f"or type: `no debug crypto condition peer {host.peer}`.\n"
    )
    assert len(list(folder().glob("*.json"))) == 1


def test_a_session_that_the_device_still_keeps_has_to_end_first(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _session(host) as session:
        own = SshSession("0", "127.0.0.1", "netops")
        record = _leave(session, f"debug crypto condition peer {host.peer}", "debug crypto ikev1 127", ssh_session=own)
        done = ikediag("sweep", environment=environment)
        assert host.conditions == (host.peer,)  # without it that session's debugging would cover every peer
    assert done.returncode == 1
    assert done.stdout.startswith(
        f"{END}: {_of(record)} left something on (`no debug crypto condition peer {host.peer}`); not touched, since "
        "its SSH session may still be there. Type: `ssh disconnect 0`. Then sweep again.\n"
    )


def test_a_record_of_what_is_off_again_is_removed(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _session(host) as session:
        record = _leave(session, f"debug crypto condition peer {host.peer}", send=False)
    _until(lambda: host.sessions == 0)
    tried = ikediag("sweep", "--dry-run", environment=environment)
    assert f"{_of(record)} left nothing on; its record would be removed.\n" in tried.stdout
    assert len(list(folder().glob("*.json"))) == 1
    done = ikediag("sweep", environment=environment)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        f"{END}: {_of(record)} left nothing on; its record is removed.",
    )
    assert (_switched(host), list(folder().iterdir())) == ([], [])


def test_debugging_that_outlives_its_session_is_ended_before_its_condition(ikediag: Run, served: Served) -> None:
    host, environment = served
    host.device.here.outliving = {}
    with _session(host) as session:
        record = _leave(session, f"debug crypto condition peer {host.peer}", "debug crypto ikev1 127")
    _until(lambda: host.sessions == 0)
    assert host.device.here.outliving == {"ikev1": 127}
    done = ikediag("sweep", environment=environment)
    assert (done.returncode, host.device.here.outliving, host.conditions) == (0, {}, ())
    assert done.stdout.splitlines()[0] == (
        f"{END}: {_of(record)} left something on, which is taken back and proved off: `no debug crypto ikev1`, "
        f"`no debug crypto condition peer {host.peer}`."
    )


def test_debugging_that_no_record_names_is_only_told(ikediag: Run, served: Served) -> None:
    host, environment = served
    host.device.here.outliving = {"ipsec": 127}
    done = ikediag("sweep", environment=environment)
    assert (done.returncode, host.device.here.outliving, _switched(host)) == (1, {"ipsec": 127}, [])
    assert done.stdout.splitlines()[0] == (
        f"{END}: debugging of somebody else's is on: `debug crypto ipsec enabled at level 127`. End it with its `no` "
        "form in the session that has it on, or end that session."
    )


def test_conditions_of_every_kind_are_told(ikediag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(session: Terminal, words: list[str]) -> list[str]:
        return [
            "Crypto conditional debug is turned ON",
            "IKE debug context unmatched flag:  ON",
            "IPSec debug context unmatched flag:  OFF",
            "IKE peer IP address filters:",
            "198.51.100.7    2001:DB8::0:9",
            "IKE user name filters:",
            "mara",
            "IKE something of a later release = 203.0.113.80 (new!)",
        ]

    changed = Command(("show", "crypto", "debug-condition"), shown)
    others = [one for one in TABLE if one.words != changed.words]
    monkeypatch.setattr("nornir_ikediag.lab.cli.TABLE", (*others, changed))
    with _lab(tmp_path / "lab") as (_, environment):
        done = ikediag("sweep", environment=environment)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == (
        f"{END}: debug conditions of somebody else's are set: `198.51.100.7`, `2001:db8::9`, `203.0.113.80`, "
        "`IKE debug context unmatched flag:  ON`, `mara`. When nobody who is at work needs them, type: "
        "`no debug crypto condition peer 198.51.100.7`, `no debug crypto condition peer 2001:db8::9`, "
        "`no debug crypto condition peer 203.0.113.80`."
    )


def test_what_does_not_go_is_said_and_stays_on_record(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _session(host) as session:
        record = _leave(session, f"debug crypto condition peer {host.peer}")
    _until(lambda: host.sessions == 0)
    host.device.refused_commands = ("no debug crypto condition",)
    done = ikediag("sweep", environment=environment)
    assert (done.returncode, host.conditions, len(list(folder().glob("*.json")))) == (1, (host.peer,), 1)
    assert done.stdout.splitlines()[0] == (
        f"{END}: {_of(record)} left something on that did not go. Type: `no debug crypto condition peer {host.peer}`."
    )


def test_a_device_that_does_not_tell_was_not_looked_at(ikediag: Run, served: Served) -> None:
    host, environment = served
    host.device.refused_commands = ("show debug",)
    done = ikediag("sweep", environment=environment)
    assert (done.returncode, done.stdout) == (
        3,
        "1 firewall: 0 clean, 0 mended, 0 with something left on, 1 not looked at.\n",
    )
    assert (
        f"ikediag: {END} did not tell what is on: it refuses `show debug`. Permit it to user netops.\n" in done.stderr
    )


def test_the_context_of_the_record_is_gone_to(ikediag: Run, tmp_path: Path) -> None:
    with _lab(tmp_path / "lab", "multi-context") as (lab, environment):
        (host,) = lab.hosts
        with _session(host, host.context) as session:
            _leave(session, "debug crypto condition peer 198.51.100.200")
        _until(lambda: host.sessions == 0)
        other = next(name for name in host.device.contexts if name not in ("system", host.context))
        done = ikediag("sweep", "--context", other, environment=environment)
        assert (done.returncode, host.conditions) == (0, ())
        names = [line.partition(":")[0] for line in done.stdout.splitlines()[:-1]]
        assert names == [f"{host.name}/{other}", f"{host.name}/{host.context}"]


def test_a_device_out_of_reach_keeps_its_record(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _session(host) as session:
        _leave(session, f"debug crypto condition peer {host.peer}")
    host.device.refuses_login = True
    done = ikediag("sweep", environment=environment)
    assert (done.returncode, done.stdout) == (
        3,
        "1 firewall: 0 clean, 0 mended, 0 with something left on, 1 not looked at.\n",
    )
    assert f"ikediag: {END} (127.0.0.1 port {host.port}) " in done.stderr
    assert len(list(folder().glob("*.json"))) == 1


def test_a_record_of_another_firewall_is_told(ikediag: Run, served: Served, tmp_path: Path) -> None:
    _, environment = served
    with serve([END]) as elsewhere, _session(elsewhere.hosts[0]) as session:
        record = _leave(session, f"debug crypto condition peer {elsewhere.hosts[0].peer}")  # of the same name
    (path,) = folder().glob("*.json")
    done = ikediag("sweep", environment=environment)
    assert done.returncode == 1
    assert done.stdout == (
        f"{END}: nothing is left on.\n"
        f"{END} (127.0.0.1 port {record.port}): a window of ours was not closed there, and it is not among the "
        f"firewalls looked at. Type: `ikediag sweep {END}`, or remove {path} if it is no more.\n"
        "1 firewall: 1 clean, 0 mended, 0 with something left on, 0 not looked at.\n"
    )
    assert path.exists()


def test_without_an_inventory_the_records_say_which_firewall_is_meant(ikediag: Run) -> None:
    address = AsaSession(Destination(name="198.51.100.1", hostname="198.51.100.1", username="netops"))
    _leave(address, "debug crypto ikev1 127", send=False)
    (path,) = folder().glob("*.json")
    done = ikediag("sweep")
    assert done.returncode == 3
    assert done.stdout == (
        "198.51.100.1: a window of ours was not closed there, and it is not among the firewalls looked at. Type: "
        f"`ikediag sweep 198.51.100.1 --user netops`, or remove {path} if it is no more.\n"
    )
    assert done.stderr.startswith("ikediag: There is no Nornir configuration: name one with -c")


NO_RECORDS = {
    "1 empty": b"",
    "2 cut": b"{",
    "3 no text": b"\xff\xfe",
    "4 a list": b"[]",
    "5 of the future": b'{"schema": "nornir-ikediag/window/2"}',
}
NOT_OURS = ("clear crypto isakmp sa", "debug all")


def test_what_is_no_record_is_a_sentence(ikediag: Run, served: Served) -> None:
    host, environment = served
    with _session(host) as session:
        _leave(session, "debug crypto ikev1 127", send=False)
    (record,) = folder().glob("*.json")
    theirs = {command: record.read_bytes().replace(b"debug crypto ikev1 127", command.encode()) for command in NOT_OURS}
    record.unlink()
    paths = {folder() / f"{name}.json": content for name, content in (NO_RECORDS | theirs).items()}
    for path, content in paths.items():
        path.write_bytes(content)
    done = ikediag("sweep", environment=environment)
    assert (done.returncode, done.stdout) == (3, NOTHING)
    sentences = [
        f"ikediag: {path} is no record of a debug window, or cannot be read: what it was about is unknown. See that "
        "nothing is left on (`ikediag sweep`), and remove it."
        for path in sorted(paths)
    ]
    assert done.stderr.splitlines()[-len(paths) :] == sentences
    assert all(path.exists() for path in paths)
    assert _switched(host) == []


def test_records_that_cannot_be_used_are_a_sentence_and_no_defect(ikediag: Run, served: Served) -> None:
    _, environment = served
    folder().parent.mkdir(parents=True)
    folder().write_text("where the folder should be")
    done = ikediag("sweep", environment=environment)
    sentence = (
        f"The records of debug windows in {folder()} cannot be used (Not a directory). Check who owns that folder."
    )
    assert done.returncode == 3
    assert done.stdout == "1 firewall: 0 clean, 0 mended, 0 with something left on, 1 not looked at.\n"
    assert done.stderr.splitlines()[-2:] == [f"ikediag: {sentence}"] * 2


def test_a_record_that_cannot_be_locked_is_a_sentence(ikediag: Run) -> None:
    address = AsaSession(Destination(name="198.51.100.1", hostname="198.51.100.1", username="netops"))
    _leave(address, "debug crypto ikev1 127", send=False)
    (path,) = folder().glob("*.json")
    path.with_suffix(".lock").unlink(missing_ok=True)
    path.with_suffix(".lock").mkdir()
    done = ikediag("sweep")
    assert (done.returncode, done.stdout) == (3, "")
    assert f"ikediag: The records of debug windows in {folder()} cannot be used (" in done.stderr
