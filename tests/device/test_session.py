"""Sessions over real SSH: with the lab's firewalls, and with devices that are slow, chatty or broken."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from nornir_ikediag.device.session import AsaSession
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.errors import CommandForbidden, CommandRefused, DeviceUnreachable, LoginFailed, OutputIncomplete
from nornir_ikediag.lab import Lab, serve

Serving = Callable[..., tuple[Any, Destination]]
Where = Callable[..., Destination]
Opened = Callable[..., AbstractContextManager[AsaSession]]
CURPRIV = {"show curpriv": "Username : netops\nCurrent privilege level : 15\nCurrent Mode/s : P_PRIV\n"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with serve(
        ["healthy-main-mode-initiator", "wrong-key-main-mode-responder", "hub-quiet:40", "multi-context"], speed=20
    ) as it:
        yield it
        for host in it.hosts:
            assert not host.configuration_entered
            until = time.monotonic() + 5
            while host.sessions and time.monotonic() < until:
                time.sleep(0.01)
            assert host.sessions == 0


def test_a_session_is_privileged_has_no_pager_and_never_configures(where: Where, opened: Opened, lab: Lab) -> None:
    host = lab.host("healthy-main-mode-initiator")
    with opened(where(host)) as session:
        assert session.prompt.privileged
        assert session.login_answers[0].text.splitlines()[1] == "Current privilege level : 15"
        answer = session.command("show version")
        assert answer.complete
        assert not answer.refused
        assert answer.text.splitlines()[1] == "Cisco Adaptive Security Appliance Software Version 9.12(4)24"
        assert answer.text.splitlines()[-1].startswith("Configuration last modified by")
    assert list(host.commands)[:5] == ["show curpriv", "enable", "show curpriv", "terminal pager 0", "show version"]


def test_without_an_enable_secret_login_leads_there(where: Where, opened: Opened, lab: Lab) -> None:
    host = lab.host("hub-quiet")
    with opened(where(host, enable="")) as session:
        assert session.prompt.privileged
    assert "login" in host.commands
    assert "enable" not in host.commands


def test_a_wrong_enable_secret_is_tried_once(where: Where, opened: Opened, lab: Lab) -> None:
    host = lab.host("wrong-key-main-mode-responder")
    session = AsaSession(where(host, enable="wrong"))
    with pytest.raises(LoginFailed) as caught:
        session.open()
    assert str(caught.value) == (
        "wrong-key-main-mode-responder refused `enable` for user netops. Check IKEDIAG_ENABLE, or secret in the "
        "inventory."
    )
    assert list(host.commands).count("enable") == 1
    assert not session.alive


def test_the_context_is_entered_and_the_prompt_learned_anew(where: Where, opened: Opened, lab: Lab) -> None:
    with opened(where(lab.host("multi-context")), context="customer-a") as session:
        assert session.prompt.text == "multi-context/customer-a#"
        assert "set peer" in session.command("show running-config crypto").text


def test_a_context_that_does_not_exist_is_a_sentence(where: Where, opened: Opened, lab: Lab) -> None:
    session = AsaSession(where(lab.host("multi-context")), context="customer-x")
    with pytest.raises(CommandRefused, match=r"^multi-context has no context customer-x, or does not let us go there"):
        session.open()


@pytest.mark.parametrize(
    "command", ["configure terminal", "show running-config", "debug crypto ikev1 255", "show clock\nreload"]
)
def test_nothing_outside_the_closed_list_leaves(where: Where, opened: Opened, lab: Lab, command: str) -> None:
    host = lab.host("healthy-main-mode-initiator")
    with opened(where(host)) as session:
        before = len(host.commands)
        with pytest.raises(CommandForbidden):
            session.command(command)
        session.command("show clock")
        assert list(host.commands)[before:] == ["show clock"]


def test_output_is_the_same_with_debug_lines_in_the_middle_of_it(where: Where, opened: Opened, lab: Lab) -> None:
    """Debugging on all peers while a page is printed: without the log lines, the page is what it always was."""
    host = lab.host("wrong-key-main-mode-responder")
    with opened(where(host)) as session:
        quiet = session.command("show running-config crypto").text
        session.command("debug crypto ikev1 127")
        noisy = [session.command("show running-config crypto") for _ in range(12)]
        session.command("no debug crypto ikev1")
    assert all(answer.complete for answer in noisy)
    lifted = {"".join(line for line in answer.text.splitlines(True) if "[IKEv1" not in line) for answer in noisy}
    assert lifted == {quiet}
    assert any("[IKEv1" in answer.text for answer in noisy)


def test_the_pager_is_turned_where_it_cannot_be_switched_off(where: Where, opened: Opened, lab: Lab) -> None:
    host = lab.host("hub-quiet")
    with opened(where(host)) as session:
        whole = session.command("show crypto ipsec sa").text
    host.device.refused_commands = ("terminal pager",)
    with opened(where(host)) as session:
        paged = session.command("show crypto ipsec sa").text
    host.device.refused_commands = ()
    assert paged.count("current_peer") == whole.count("current_peer") == 40
    assert "More" not in paged
    assert len(paged.splitlines()) == len(whole.splitlines())


@pytest.mark.parametrize(
    ("delay", "piece"), [(0.05, 0), (0.0, 1), (0.01, 7)], ids=["slow", "byte by byte", "in pieces"]
)
def test_slow_and_broken_up_output_is_never_taken_for_another_command_s(
    opened: Opened, peculiar: Serving, delay: float, piece: int
) -> None:
    answers = CURPRIV | {
        "show version": "\nCisco Adaptive Security Appliance Software Version 8.2(5)\n",
        "show clock": "06:41:37.123 UTC Tue Nov 24 2026",
        "show failover": "Failover Off\nfw1 > this unit #1\n",
    }
    device, there = peculiar(answers, delay=delay, piece=piece)
    with opened(there) as session:
        for _ in range(2):
            for command in ("show version", "show clock", "show failover", "show debug"):
                expected = answers.get(command, "").removesuffix("\n")
                assert session.command(command).text.removesuffix("\n") == expected
    assert device.commands[:2] == ["show curpriv", "enable"]


def test_a_repainted_echo_at_80_columns_is_no_output(opened: Opened, peculiar: Serving) -> None:
    name = "outside_cryptomap_to_the_branch_office_in_the_north_east_of_the_country_no_17"
    command = f"show running-config access-list {name}"
    echo = f"show running-config access-list {name[:44]}\b\b\b\b\r\rfw1# <{name[-60:]}"
    raw = f"{echo}\r\naccess-list {name} extended permit ip any any \r\n\rfw1# ".encode()
    _, there = peculiar(CURPRIV | {command: raw})
    with opened(there) as session:
        assert session.command(command).text == f"access-list {name} extended permit ip any any \n"


def test_secrets_leave_no_session(opened: Opened, peculiar: Serving, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    output = "tunnel-group 192.0.2.7 ipsec-attributes\n ikev1 pre-shared-key S3cret-in-the-clear\n"
    _, there = peculiar(CURPRIV | {"show running-config tunnel-group": output})
    with opened(there) as session:
        answer = session.command("show running-config tunnel-group")
    assert answer.text == "tunnel-group 192.0.2.7 ipsec-attributes\n ikev1 pre-shared-key *****\n"
    assert answer.redactions == 1
    assert "S3cret" not in caplog.text
    assert there.password
    assert there.password not in caplog.text
    assert there.enable not in caplog.text
    assert there.password not in repr(there)


def test_a_device_that_stops_in_the_middle_gives_what_it_said(opened: Opened, peculiar: Serving) -> None:
    _, there = peculiar(CURPRIV | {"show version": b"show version\r\nCisco Adaptive Sec", "show clock": None, "": "x"})
    with opened(there, silence_seconds=0.6) as session:
        answer = session.command("show version")
        assert (answer.complete, answer.text) == (False, "Cisco Adaptive Sec\n")
        assert session.alive  # an empty line brought the prompt back
        assert session.command("show failover").complete


def test_a_session_that_dies_is_a_sentence(where: Where, opened: Opened, lab: Lab) -> None:
    host = lab.host("healthy-main-mode-initiator")
    with opened(where(host)) as session:
        with opened(where(host)) as other:
            other.command("show clock")
        for terminal in list(host.device.sessions):
            lab._loop.call_soon_threadsafe(terminal.close)  # type: ignore[attr-defined]
        answer = session.command("show version")
        if answer.complete:  # the device was quicker than the end of the connection
            session.command("show version")
        with pytest.raises(OutputIncomplete, match="The SSH session with healthy-main-mode-initiator ended"):
            session.command("show version")


def test_a_device_without_a_prompt_is_a_sentence(opened: Opened, peculiar: Serving) -> None:
    _, there = peculiar({"show curpriv": None})
    session = AsaSession(there, patience=None)
    session.patience = type(session.patience)(login_seconds=1, silence_seconds=0.5, command_seconds=1)
    with pytest.raises(DeviceUnreachable, match="fw1 does not answer commands after the login"):
        session.open()
