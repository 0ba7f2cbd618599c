"""A simulated firewall talks like one: prompts, passwords, pager, complaints."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import asyncssh
import pytest

from nornir_ikediag.lab import Lab, serve

NAMES = ("healthy-main-mode-initiator", "old-release", "multi-context", "standby-unit", "command-refused", "hub-quiet")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with serve(NAMES, speed=50) as running:
        yield running


def test_user_mode_then_enable_with_the_secret(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        greeting = await session.until("> $")
        assert greeting.endswith("healthy-main-mode-initiator> ")
        assert await session.run("show curpriv") == (
            "Username : netops\nCurrent privilege level : 1\nCurrent Mode/s : P_UNPR"
        )
        session.type("enable\n")
        await session.until("Password: $")
        session.type("wrong\n")
        refused = await session.until("Password: $")
        assert "Invalid password" in refused
        assert "wrong" not in refused
        session.type(f"{session.host.enable}\n")
        await session.until("healthy-main-mode-initiator# $")
        assert await session.run("sh curp") == (
            "Username : enable_15\nCurrent privilege level : 15\nCurrent Mode/s : P_PRIV"
        )

    shell(lab.host("healthy-main-mode-initiator"), talk)


def test_three_wrong_secrets_end_the_dialogue(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> str:
        await session.until("> $")
        session.type("enable\na\nb\nc\n")
        text: str = await session.until("Access denied.")
        await session.until("> $")
        return text

    assert shell(lab.host("healthy-main-mode-initiator"), talk).count("Invalid password") == 3


def test_login_asks_who_is_there(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        await session.until("> $")
        session.type("login\n")
        await session.until("Username: $")
        session.type(f"{session.host.username}\n")
        await session.until("Password: $")
        session.type(f"{session.host.password}\n")
        await session.until("# $")

    shell(lab.host("healthy-main-mode-initiator"), talk)


def test_a_refused_command_is_marked_where_it_went_wrong(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        await session.enable()
        session.type("show crypto ikev1 sa\n")
        text = await session.until("old-release# $")
        line, marker, error = text.split("\r\n")[:3]
        assert (line, error) == ("show crypto ikev1 sa", "ERROR: % Invalid input detected at '^' marker.")
        assert marker.index("^") == len("old-release# show crypto ")
        assert await session.run("show crypto") == "ERROR: % Incomplete command"
        await session.debug("isakmp 127")
        session.type("show debug\n")
        await session.until("debug crypto isakmp enabled at level 127\r\n")

    shell(lab.host("old-release"), talk)


def test_newer_releases_refuse_the_old_spelling_of_the_debug(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        await session.enable()
        assert await session.run("sh cry ike") == 'ERROR: % Ambiguous command:  "sh cry ike"'
        assert "% Invalid input" in await session.run("debug crypto isakmp 127")
        await session.debug("ikev1 127")
        session.type("show debug\n")
        await session.until("debug crypto ikev1 enabled at level 127\r\n")

    shell(lab.host("healthy-main-mode-initiator"), talk)


def test_the_pager_stops_after_a_page(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        await session.enable()
        await session.run("terminal pager 24")
        session.type("show crypto ipsec sa\n")
        page = await session.until("<--- More --->")
        assert page.count("\r\n") == 24  # the echo and 23 lines
        session.type("\r")
        assert (await session.until("<--- More --->")).count("\r\n") == 1
        session.type(" ")
        assert (await session.until("<--- More --->")).count("\r\n") == 23
        session.type("q")
        await session.until("# $")
        assert await session.run("terminal pager 0") == ""
        assert "<---" not in await session.run("show crypto ipsec sa")

    shell(lab.host("hub-quiet"), talk)


def test_contexts_change_the_prompt_and_what_is_shown(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        assert (await session.until("> $")).endswith("multi-context/admin> ")
        session.type(f"enable\n{session.host.enable}\n")
        await session.until("multi-context/admin# $")
        assert "no ipsec sas" in await session.run("show crypto ipsec sa")
        session.type("changeto context customer-a\n")
        await session.until("multi-context/customer-a# $")
        assert "tunnel-group 198.51.100.3 type ipsec-l2l" in await session.run("show running-config tunnel-group")
        session.type("changeto system\n")
        await session.until("multi-context# $")
        assert "ERROR" in await session.run("changeto context nobody")

    shell(lab.host("multi-context"), talk)


def test_a_standby_unit_says_so(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        session.type(f"enable\n{session.host.enable}\n")
        await session.until("standby-unit/sec/stby# $")
        shown = await session.run("show failover | include This host")
        assert shown == "\tThis host: Secondary - Standby Ready "
        assert "MM_STANDBY" in await session.run("show crypto ikev1 sa")

    shell(lab.host("standby-unit"), talk)


def test_command_authorization(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        await session.enable()
        assert await session.run("debug crypto ikev1 127") == "Command authorization failed"
        assert await session.run("show debug") == ""

    shell(lab.host("command-refused"), talk)


def test_sessions_are_listed_and_limited_to_five(lab: Lab, dial: Any) -> None:
    host = lab.host("healthy-main-mode-initiator")

    async def crowd() -> str:
        connections, shells = zip(*[await dial(host) for _ in range(5)], strict=True)
        for one in shells:
            await one.enable()
        with pytest.raises((OSError, asyncssh.Error)):
            await dial(host)
        listed: str = await shells[0].run("show ssh sessions")
        await shells[0].run("ssh disconnect 3")
        with pytest.raises(EOFError):
            await shells[3].until("never")
        again = await shells[0].run("show ssh sessions")
        assert not re.search(r"^3 ", again, re.MULTILINE)
        for connection in connections:
            connection.close()
            await connection.wait_closed()
        return listed

    listed = asyncio.run(crowd())
    assert re.findall(r"^(\d) +127\.0\.0\.1 .* netops$", listed, re.MULTILINE) == ["0", "1", "2", "3", "4"]


def test_configuration_mode_is_remembered_for_ever(lab: Lab, shell: Any) -> None:
    host = lab.host("hub-quiet")
    entered = [host.configuration_entered]

    async def talk(session: Any) -> None:
        await session.enable()
        assert "Invalid input" in await session.run("terminal width 511")
        session.type("configure terminal\n")
        await session.until(r"hub-quiet\(config\)# $")
        assert "modified by enable_15" in await session.run("show version | include modified")
        session.type("terminal width 511\nend\n")
        await session.until("hub-quiet# $")
        assert "modified by netops" in await session.run("show version | include modified")

    shell(host, talk)
    entered.append(host.configuration_entered)
    assert entered == [False, True]
    assert "configure terminal" in host.commands
    assert host.enable not in " ".join(host.commands)
