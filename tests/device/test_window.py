"""A debug window against simulated firewalls: what it sends, when it ends, and that it is closed whatever happens."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path

import pytest

from nornir_ikediag.device.preflight import (
    SshSession,
    conditions_set,
    own_session,
    preflight,
    role,
    ssh_sessions,
)
from nornir_ikediag.device.proof import session_is_gone
from nornir_ikediag.device.records import kept
from nornir_ikediag.device.session import AsaSession
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.device.window import WindowRequest, debugs, plan, window
from nornir_ikediag.lab import Lab, LabHost, serve

Where = Callable[..., Destination]
Opened = Callable[..., AbstractContextManager[AsaSession]]

END = "wrong-key-main-mode-responder"
SWITCHED = ("debug", "no debug", "undebug", "clear", "conf")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with serve([END], speed=40) as it:
        yield it
        host = it.hosts[0]
        assert not host.configuration_entered
        until = time.monotonic() + 5
        while host.sessions and time.monotonic() < until:
            time.sleep(0.01)  # the device notices a moment later that we left
        assert (host.sessions, host.conditions, host.debugs) == (0, (), {})


def sent(host: LabHost) -> list[str]:
    return [command for command in host.commands if command.startswith(SWITCHED)]


def kill(lab: Lab, host: LabHost) -> None:
    """Every session of the host ends, as if its network had."""
    for terminal in list(host.device.sessions):
        lab._loop.call_soon_threadsafe(terminal.close)  # type: ignore[attr-defined]  # the lab closes its own


def test_a_window_is_conditional_bounded_and_proved_off(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    assert host.peer
    seen: list[str] = []

    def concluded(lines: Sequence[str]) -> bool:
        seen.extend(lines)
        return any("had problems decrypting packet" in line for line in lines)

    with opened(where(host)) as session:
        request = WindowRequest(peers=(host.peer,), ike_versions=(1,), seconds=30)
        source, facts = window(session, request, release=(9, 12), concluded=concluded)
        assert session.command("show debug").text == ""
    assert facts.closed_by == "concluded"
    assert facts.proved_off is True
    assert facts.left_to_type == ()
    assert facts.refusal is None
    assert (
        sent(host)
        == list(facts.commands)
        == [
            f"debug crypto condition peer {host.peer}",
            "debug crypto ikev1 127",
            "no debug crypto ikev1",
            f"no debug crypto condition peer {host.peer}",
        ]
    )
    assert source is not None
    lines = source.text.splitlines()
    assert facts.lines == len(lines)
    assert source.command == "debug crypto ikev1 127"
    assert source.complete
    assert lines[: len(seen)] == seen
    assert all("[IKEv1" in line for line in lines)
    assert "#" not in source.text.replace("Proposal #", "").replace("Transform #", "").replace("entry #", "")


def test_a_question_that_fails_means_not_concluded(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    asked: list[float] = []

    def concluded(lines: Sequence[str]) -> bool:
        asked.append(time.monotonic())
        raise RuntimeError("a defect")

    with opened(where(host)) as session:
        source, facts = window(session, WindowRequest(ike_versions=(1,), seconds=2.5), concluded=concluded)
    assert (facts.closed_by, facts.proved_off) == ("time", True)
    assert source is not None
    assert source.text
    assert 1 <= len(asked) <= 4
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(asked))


def test_even_an_interrupt_closes_the_window_first(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    assert host.peer

    def concluded(lines: Sequence[str]) -> bool:
        raise KeyboardInterrupt

    with opened(where(host)) as session:
        with pytest.raises(KeyboardInterrupt):
            window(session, WindowRequest(peers=(host.peer,), seconds=10), concluded=concluded)
        assert (host.debugs, host.conditions) == ({}, ())
        assert session.command("show clock").complete


def test_another_thread_can_end_it(lab: Lab, where: Where, opened: Opened) -> None:
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    begun = time.monotonic()
    with opened(where(lab.hosts[0])) as session:
        _, facts = window(session, WindowRequest(seconds=60), stop=stop)
    assert (facts.closed_by, facts.proved_off) == ("stopped", True)
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    ("request_", "closed_by"),
    [
        (WindowRequest(ike_versions=(1,), most_bytes=2000), "size"),
        (WindowRequest(ike_versions=(1,), most_lines_per_second=1), "rate"),
    ],
    ids=["size", "rate"],
)
def test_too_much_ends_it(lab: Lab, where: Where, opened: Opened, request_: WindowRequest, closed_by: str) -> None:
    with opened(where(lab.hosts[0])) as session:
        source, facts = window(session, request_)
    assert (facts.closed_by, facts.proved_off, facts.truncated) == (closed_by, True, True)
    assert source is not None
    assert not source.complete


def test_a_session_that_dies_in_the_window_is_proved_gone(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    assert host.peer
    with opened(where(host)) as session:
        threading.Timer(1.5, kill, (lab, host)).start()
        source, facts = window(session, WindowRequest(peers=(host.peer,), ike_versions=(1,), seconds=20))
        assert host.conditions == ()
        assert session.alive
        assert session.command("show clock").complete
    assert (facts.closed_by, facts.proved_off, facts.left_to_type) == ("error", True, ())
    assert source is not None
    assert not source.complete


def test_debugging_that_cannot_be_switched_off_goes_with_the_session(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    host.device.refused_commands = ("no debug crypto ikev1",)
    with opened(where(host)) as session:
        _, facts = window(session, WindowRequest(ike_versions=(1,), seconds=2))
        assert host.debugs == {}
    host.device.refused_commands = ()
    assert (facts.closed_by, facts.proved_off) == ("time", True)


def test_what_is_left_is_said_when_the_device_is_out_of_reach(where: Where, opened: Opened) -> None:
    with serve([END], speed=40) as lab:
        host = lab.hosts[0]
        assert host.peer
        with opened(where(host, options={"conn_timeout": 1, "banner_timeout": 1})) as session:

            def cut() -> None:
                host.device.refuses_login = True
                kill(lab, host)

            threading.Timer(1.0, cut).start()
            _, facts = window(session, WindowRequest(peers=(host.peer,), ike_versions=(1,), seconds=20))
        assert (facts.closed_by, facts.proved_off) == ("error", False)
        assert facts.left_to_type == (
            "ssh disconnect 0",
            f"no debug crypto condition peer {host.peer}",
            "show debug",
            "show crypto debug-condition",
        )


def test_the_other_spelling_is_tried_once(where: Where, opened: Opened) -> None:
    with serve(["old-release"], speed=40) as lab:
        host = lab.hosts[0]
        with opened(where(host)) as session:
            _, facts = window(session, WindowRequest(ike_versions=(1, 2), seconds=1), release=None)
        assert facts.proved_off is True
        assert sent(host) == [
            "debug crypto ikev1 127",
            "debug crypto isakmp 127",
            "debug crypto ikev2 protocol 127",
            "debug crypto ikev2 platform 127",
            "no debug crypto isakmp",
        ]


def test_a_device_that_refuses_debugging_is_a_sentence(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    host.device.refused_commands = ("debug crypto ikev1",)
    with opened(where(host)) as session:
        _, facts = window(session, WindowRequest(ike_versions=(1,), seconds=5), release=(9, 12))
    host.device.refused_commands = ()
    assert facts.closed_by == "refused"
    assert facts.refusal == (
        f"No debug window on {END}: it refuses `debug crypto ikev1 127`. Permit the command to our user, "
        "or see which debugs this release has."
    )


@pytest.mark.parametrize(
    ("end", "sentence", "expected"),
    [
        ("busy-cpu", "its CPU was", (None, True)),
        ("standby-unit", "it is the standby unit, which does not speak IKE", ("not-active-unit", False)),
        ("debug-trace", "`logging debug-trace` sends debugs to syslog", ("debug-elsewhere", False)),
    ],
)
def test_the_preflight_objects(
    where: Where, opened: Opened, end: str, sentence: str, expected: tuple[str | None, bool]
) -> None:
    with serve([end], speed=20) as lab:
        host = lab.hosts[0]
        with opened(where(host)) as session:
            objections = preflight(session).objections
            source, facts = window(session, WindowRequest(seconds=5))
        assert sent(host) == []
    assert [(one.cause, one.can_be_forced) for one in objections] == [expected]
    assert source is None
    assert facts.refusal is not None
    assert sentence in facts.refusal
    assert (facts.closed_by, facts.proved_off, facts.commands) == ("refused", None, ())


def test_what_somebody_else_set_is_left_alone(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    with opened(where(host)) as engineer, opened(where(host)) as session:
        engineer.command("debug crypto condition peer 203.0.113.200")
        _, facts = window(session, WindowRequest(seconds=5))
        assert host.conditions == ("203.0.113.200",)
        engineer.command("no debug crypto condition peer 203.0.113.200")
    assert facts.refusal is not None
    assert "debug conditions are set already" in facts.refusal


def test_the_last_free_session_is_left_to_a_person(lab: Lab, where: Where, opened: Opened) -> None:
    host = lab.hosts[0]
    with opened(where(host)), opened(where(host)), opened(where(host)), opened(where(host)) as session:
        _, facts = window(session, WindowRequest(seconds=5))
    assert facts.refusal is not None
    assert "only 1 of its 5 SSH sessions is free" in facts.refusal


def test_many_sessions_and_no_peer_is_refused(lab: Lab, where: Where, opened: Opened) -> None:
    with opened(where(lab.hosts[0])) as session:
        _, facts = window(session, WindowRequest(seconds=5, ike_sessions=300))
    assert facts.refusal is not None
    assert "300 IKE sessions are active" in facts.refusal


def test_the_plan_is_what_would_be_sent() -> None:
    request = WindowRequest(peers=("192.0.2.7",))
    assert plan(request, (9, 12)) == (
        "debug crypto condition peer 192.0.2.7",
        "debug crypto ikev1 127",
        "debug crypto ikev2 protocol 127",
        "debug crypto ikev2 platform 127",
        "no debug crypto ikev1",
        "no debug crypto ikev2 protocol",
        "no debug crypto ikev2 platform",
        "no debug crypto condition peer 192.0.2.7",
        "show debug",
        "show crypto debug-condition",
    )
    assert debugs(request, (8, 2)) == (("debug crypto isakmp 127", "debug crypto ikev1 127"),)


@pytest.mark.parametrize("force", [False, True])
def test_a_window_that_cannot_be_put_on_record_is_not_opened(  # noqa: PLR0917
    lab: Lab, where: Where, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    host = lab.hosts[0]
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with opened(where(host)) as session:
        _, facts = window(session, WindowRequest(ike_versions=(1,), seconds=1, force=force))
    if force:
        assert (facts.closed_by, facts.proved_off, facts.refusal) == ("time", True, None)
        return
    assert (facts.closed_by, facts.proved_off, sent(host)) == ("refused", None, [])
    assert facts.refusal == (
        f"No debug window on {END}: it could not be put on record in {tmp_path}/file/ikediag/windows (Not a "
        "directory), so that nothing could mend what a crash leaves. Make it writable, or use --force."
    )


def test_what_a_device_refuses_is_not_on_record(where: Where, opened: Opened) -> None:
    with serve(["old-release"], speed=40) as lab, opened(where(lab.hosts[0])) as session:
        recorded: list[tuple[str, ...]] = []

        def concluded(lines: Sequence[str]) -> bool:
            recorded.append(kept()[0][0].record.commands)
            return True

        _, facts = window(session, WindowRequest(ike_versions=(1,), seconds=20), release=None, concluded=concluded)
        assert facts.proved_off is True
    assert set(recorded) == {("debug crypto isakmp 127",)}
    assert kept() == ((), ())


SESSIONS = """
SID Client IP       Version Mode Encryption Hmac     State            Username
0   192.0.2.50      2.0     IN   aes256-cbc sha1     SessionStarted   amy
                            OUT  aes256-cbc sha1     SessionStarted   amy
2   192.0.2.51      2.0     IN   aes256-cbc sha1     SessionStarted   netops
                            OUT  aes256-cbc sha1     SessionStarted   netops
"""
AMY, NETOPS = SshSession("0", "192.0.2.50", "amy"), SshSession("2", "192.0.2.51", "netops")


def test_ssh_sessions_are_read_once_each() -> None:
    assert ssh_sessions(SESSIONS) == (AMY, NETOPS)
    assert ssh_sessions("") == ()


def test_our_own_session_is_the_one_with_our_name_or_unknown() -> None:
    session = AsaSession(Destination(name="fw1", hostname="192.0.2.1", username="netops"))
    assert own_session((AMY, NETOPS), session) == NETOPS
    assert own_session((AMY, NETOPS, SshSession("3", "192.0.2.52", "netops")), session) is None


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        ((AMY, SshSession("3", "192.0.2.51", "netops")), True),  # the number is not there
        ((AMY, NETOPS), True),  # the new session was given the old number: it is the only one of ours
        ((AMY, NETOPS, SshSession("3", "192.0.2.51", "netops")), False),  # the old one and the new one
        ((), False),  # the list could not be read
    ],
)
def test_a_session_is_gone_when_the_list_says_so(after: Sequence[SshSession], gone: bool) -> None:
    assert session_is_gone(NETOPS, after) is gone
    assert session_is_gone(None, after) is False


@pytest.mark.parametrize(
    ("failover", "cluster", "expected"),
    [
        ("Failover Off \nFailover unit Secondary\n", "", "standalone"),
        ("Failover On \n\tThis host: Primary - Active \n\tOther host: Secondary - Standby Ready \n", "", "active"),
        ("Failover On \n\tThis host: Secondary - Standby Ready \n\tOther host: Primary - Active \n", "", "standby"),
        ("Failover On \n\tThis context: Active\n\tPeer context: Standby Ready\n", "", "active"),
        ("Failover On \n\tThis host: Primary - Failed \n", "", "unknown"),
        ("", "", "unknown"),
        ("Failover Off", 'Cluster c1: On\n    This is "unit-2" in state SLAVE\n', "data"),
        ("Failover Off", 'Cluster c1: On\n    This is "unit-1" in state CONTROL_NODE\n', "control"),
    ],
)
def test_roles(failover: str, cluster: str, expected: str) -> None:
    assert role(failover, cluster) == expected


def test_conditions() -> None:
    assert not conditions_set("")
    assert not conditions_set("Crypto conditional debug is turned OFF\nIKE debug context unmatched flag:  OFF\n")
    assert conditions_set("Crypto conditional debug is turned ON\n\nIKE peer IP address filters:\n192.0.2.7/32\n")
