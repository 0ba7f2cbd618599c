"""Debugs belong to a session, conditions to the box, and lines are written whenever they occur."""

import asyncio
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from nornir_ikediag.lab import Lab, serve

NAMES = (
    "phase1-group-refused",
    "hub-quiet:60",
    "ikev2-policy-refused",
    "old-release",
    "debug-trace",
    "tunnel-group-missing",
)
STAMP = r"[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with serve(NAMES, speed=100) as running:
        yield running


def test_one_session_does_not_see_the_debugs_of_another(lab: Lab, dial: Any) -> None:
    host = lab.host("phase1-group-refused")

    async def two() -> None:
        (one, watching), (other, idle) = [await dial(host) for _ in range(2)]
        async with one, other:
            await watching.enable()
            await idle.enable()
            await watching.debug("ikev1 127")
            await watching.until("All SA proposals found unacceptable")
            assert "IKEv1" not in await idle.run("show clock")
            assert await idle.run("show debug") == ""
            assert host.debugs == {"ikev1": 127}

    asyncio.run(two())


def test_debugs_end_with_their_session(lab: Lab, shell: Any) -> None:
    host = lab.host("phase1-group-refused")

    async def talk(session: Any) -> None:
        await session.enable()
        await session.debug("ikev1 127")

    shell(host, talk)
    for _ in range(100):
        if not host.sessions:
            break
        asyncio.run(asyncio.sleep(0.02))
    assert host.debugs == {}


def test_a_line_is_written_after_the_prompt_and_into_what_is_being_typed(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        await session.enable()
        session.type("debug crypto ikev1 127\n")
        await session.until(rf"phase1-group-refused# {STAMP} \[IKEv1\]")
        await session.until("Error: Unable to remove PeerTblEntry\r\n")
        session.type("show clo")
        await session.until(rf"show clo{STAMP} \[IKEv1\]")
        session.type("ck\n")
        await session.until(r"\d\d:\d\d:\d\d\.\d{3} UTC ")

    shell(lab.host("phase1-group-refused"), talk)


def test_lines_come_in_the_middle_of_show_output(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> str:
        await session.enable()
        await session.debug("ikev1 127")
        for _ in range(30):
            session.type("show crypto ipsec sa\n")
            text: str = await session.until(r"interface: outside[\s\S]*?hub-quiet# ")
            if re.search(rf"{STAMP} \[IKEv1", text[text.find("#pkts ") : text.rfind("#pkts ")]):
                return text
        return ""

    text = shell(lab.host("hub-quiet"), talk)
    without = re.sub(rf"{STAMP} \[IKEv1.*\r\n", "", text)
    assert len(re.findall("current_peer: ", without)) == 60


def test_a_condition_hides_other_peers_on_the_whole_box(lab: Lab, shell: Any) -> None:
    host = lab.host("phase1-group-refused")

    async def talk(session: Any) -> None:
        await session.enable()
        assert await session.run("show crypto debug-condition") == (
            "Crypto conditional debug is turned OFF\n"
            "IKE debug context unmatched flag:  OFF\n"
            "IPSec debug context unmatched flag:  OFF"
        )
        await session.run("debug crypto condition peer 192.0.2.99")
        assert host.conditions == ("192.0.2.99",)
        assert (await session.run("show crypto debug-condition")).endswith("IKE peer IP address filters:\n192.0.2.99")
        await session.debug("ikev1 127")
        await asyncio.sleep(0.5)  # several attempts
        assert "[IKEv1" not in await session.run("show clock")
        await session.run(f"debug crypto condition peer {host.peer}")
        await session.until("All SA proposals found unacceptable")
        await session.stop_debugging()
        await session.run(f"no debug crypto condition peer {host.peer}")
        await session.run("no debug crypto condition peer 192.0.2.99")
        assert "turned OFF" in await session.run("show crypto debug-condition")

    shell(host, talk)
    assert host.conditions == ()


def test_an_ikev1_debug_says_nothing_of_ikev2(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> str:
        await session.enable()
        await session.debug("ikev1 127")
        await asyncio.sleep(0.4)
        assert "IKEv2" not in await session.run("show clock")
        await session.debug("ikev2 protocol 127")
        text: str = await session.until(r"Failed to find a matching policy[\s\S]*Event: EV_ABORT")
        return text

    text = shell(lab.host("ikev2-policy-refused"), talk)
    assert re.search(r"Received Policies: \r\nIKEv2-PROTO-1: \(\d+\): Proposal 1:  AES-CBC-128 SHA256 SHA256 ", text)
    assert re.search(r"Expected Policies: \r\nIKEv2-PROTO-1: \(\d+\): Proposal 1:  AES-CBC-256 SHA256 SHA256 ", text)
    assert "IKEv2-PLAT" not in text


def test_releases_differ_in_the_prefix(lab: Lab, shell: Any) -> None:
    async def old(session: Any) -> None:
        await session.enable()
        await session.debug("isakmp 127")
        await session.until(rf"{STAMP} \[IKEv1\]: IP = 198\.51\.100\.\d+, IKE_DECODE RECEIVED Message \(msgid=0\)")

    shell(lab.host("old-release"), old)


def test_debug_trace_takes_the_lines_to_the_log(lab: Lab, shell: Any) -> None:
    async def talk(session: Any) -> None:
        await session.enable()
        assert "logging debug-trace" in await session.run("show running-config logging")
        assert "'logging debug-trace' is enabled" in await session.run("debug crypto ikev1 127")
        await asyncio.sleep(0.4)
        logged = await session.run("show logging | include 711001")
        assert re.search(r"%ASA-7-711001: .* \[IKEv1\]IP = ", logged)
        assert "\n" + re.sub(".*711001: ", "", logged.split("\n")[0]) not in logged

    shell(lab.host("debug-trace"), talk)


def test_the_log_keeps_what_its_level_allows(lab: Lab, shell: Any) -> None:
    host = lab.host("tunnel-group-missing")

    async def talk(session: Any) -> str:
        await session.enable()
        found: str = await session.run(f"show logging | include {host.peer}")
        return found

    logged = shell(host, talk)
    assert (
        f"%ASA-4-713903: Group = {host.peer}, IP = {host.peer}, Can't find a valid tunnel group, aborting...!" in logged
    )
    assert set(re.findall(r"%ASA-(\d)-", logged)) <= {"3", "4"}


def test_a_silent_peer_is_asked_again_every_eight_seconds(shell: Any) -> None:
    with serve(["peer-silent"], speed=100) as lab:

        async def talk(session: Any) -> str:
            await session.enable()
            await session.debug("ikev1 127")
            await session.until("FSM error history")
            text: str = await session.until("FSM error history.*")
            return text

        text = shell(lab.hosts[0], talk)
    sent = re.findall(
        r"(\d\d):(\d\d):(\d\d) \[IKEv1\]IP = 198\.51\.100\.1, IKE_DECODE (SENDING|RESENDING) Message", text
    )
    assert [kind for *_, kind in sent] == ["SENDING", "RESENDING", "RESENDING", "RESENDING"]
    times = [int(h) * 3600 + int(m) * 60 + int(s) for h, m, s, _ in sent]
    assert all(8 <= (later - earlier) % 86_400 <= 10 for earlier, later in itertools.pairwise(times))
    assert "MM_DONE, EV_ERROR-->MM_WAIT_MSG2, EV_RETRY-->MM_WAIT_MSG2, EV_TIMEOUT" in text
