"""Prompts, echoes and pager remains, as terminals show them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.device.reader import AnswerReader
from nornir_ikediag.device.transcript import (
    Prompt,
    any_prompt,
    body,
    clean,
    echoed,
    question,
    refused,
    unauthorized,
    waits_at_pager,
)

DEBUG = "Sep 15 03:14:00 [IKEv1]IP = 192.0.2.7, IKE Initiator: New Phase 1, Intf inside, IKE Peer 192.0.2.7"
HISTORY = "IKE MM Initiator FSM error history (struct &0xd7b3a8b0)  <state>, <event>:  MM_DONE, EV_ERROR-->MM_WAIT_MSG2"


@pytest.mark.parametrize(
    ("seen", "host", "later"),
    [
        ("fw1#", "fw1", "fw1#"),
        ("fw1>", "fw1", "fw1#"),
        ("asa-fw1/pri/act#", "asa-fw1", "asa-fw1/pri/stby#"),
        ("pri/act/asa-fw1#", "asa-fw1", "pri/stby/asa-fw1#"),
        ("fw1/customer-a/sec/act#", "fw1", "fw1/customer-b/sec/act#"),
        ("fw1.example.net#", "fw1.example.net", "fw1.example.net(config)#"),
    ],
)
def test_the_host_in_the_prompt_stays_when_the_rest_changes(seen: str, host: str, later: str) -> None:
    prompt = Prompt(seen)
    assert prompt.host == host
    assert prompt.at_end_of(f"output\r\n\r{later} ") == later
    assert prompt.anywhere_in(f"output\r\n{later} {DEBUG}\r\n") == later


@pytest.mark.parametrize(
    "tail",
    [f"fw1# {DEBUG}", f"\r\n{HISTORY}-->", "\r\nfw10#", "\r\nfw1-old#", "\r\n#pkts encaps: 1#", "\r\nhostname fw1", ""],
)
def test_what_only_resembles_a_prompt_is_none(tail: str) -> None:
    assert Prompt("fw1#").at_end_of(tail) is None


def test_a_prompt_nobody_knows_yet_is_one_word_at_the_end() -> None:
    assert any_prompt("Type help or '?' for a list of available commands.\r\n\rfw1> ") == "fw1>"
    assert any_prompt("*** authorized use only #\r\n") is None
    assert any_prompt("Password: ") is None


def test_questions_and_the_pager() -> None:
    assert question("enable\r\nPassword: ") == "password"
    assert question("login\r\nUsername: ") == "username"
    assert question("Invalid password\r\nfw1> ") is None
    assert waits_at_pager("line\r\n<--- More --->")
    assert not waits_at_pager("line\r\n<--- More --->\r              \rnext line\r\n")


def test_refusals() -> None:
    invalid = "        ^\nERROR: % Invalid input detected at '^' marker.\n"
    assert refused(invalid)
    assert not unauthorized(invalid)
    busy = "Jul 04 10:00:03 [IKEv1 DEBUG]IP = 203.0.113.50, processing SA payload\n" * 20
    assert not refused(f"{busy}{invalid}{busy}")
    assert refused(f"{busy}{invalid}{busy}", among_debugs=True)
    assert refused("Command authorization failed\n")
    assert unauthorized("Command authorization failed\n")
    assert not refused("There are no ipsec sas\n")
    assert not refused("banner exec % Invalid input detected is what a device says\n")


def test_the_pager_and_every_line_end_go() -> None:
    raw = "one\r\n<--- More --->\r              \rtwo\r\r\nthree\n\rfour\r\n\rfw1# "
    assert clean(raw) == "one\ntwo\nthree\nfour\nfw1# "


ANSWERS = {
    "plain": "show clock\r\n06:41:37 UTC Tue Nov 24 2026\r\n\rfw1# ",
    "prompt repeated": "fw1# show clock\r\n06:41:37 UTC Tue Nov 24 2026\r\n\rfw1# ",
    "wrapped": "show\r\n clock\r\n06:41:37 UTC Tue Nov 24 2026\r\n\rfw1# ",
    "paged": "show clock\r\n<--- More --->\r              \r06:41:37 UTC Tue Nov 24 2026\r\n\rfw1# ",
    "repainted": "show clo\rfw1# <how clock\r\n06:41:37 UTC Tue Nov 24 2026\r\n\rfw1# ",
}


@pytest.mark.parametrize("raw", ANSWERS.values(), ids=ANSWERS)
def test_the_echo_and_the_prompts_go_and_the_output_stays(raw: str) -> None:
    assert echoed(raw, "show clock") > 0
    assert body(raw, "show clock", Prompt("fw1#")) == "06:41:37 UTC Tue Nov 24 2026\n"


def test_a_debug_line_wherever_it_was_written_is_kept() -> None:
    prompt = Prompt("fw1#")
    before_echo = f"{DEBUG}\r\nshow debug\r\ndebug crypto ikev1 enabled at level 127\r\n\rfw1# "
    assert body(before_echo, "show debug", prompt) == f"{DEBUG}\ndebug crypto ikev1 enabled at level 127\n"
    behind_prompt = f"no debug crypto ikev1\r\n\rfw1# {DEBUG}\r\n"
    assert body(behind_prompt, "no debug crypto ikev1", prompt) == f"{DEBUG}\n"


def read_in_pieces(raw: str, command: str, cuts: list[int]) -> tuple[bool, str]:
    prompt = Prompt("fw1#")
    reader = AnswerReader(command, prompt)
    over_early = False
    for first, last in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        if reader.over(0.0):
            over_early = True
        reader.take(raw[first:last])
    return reader.over(0.0) and not over_early, body(reader.text(), command, prompt)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_where_the_chunks_end_makes_no_difference(data: st.DataObject) -> None:
    output = data.draw(
        st.lists(st.sampled_from(["", "#pkts encaps: 1#", HISTORY, "fw1", "fw10# x", "a > b"]), max_size=8)
    )
    raw = "show crypto ipsec sa\r\n" + "".join(f"{line}\r\n" for line in output) + "\rfw1# "
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw) - 2), max_size=12)))  # its last blank may lag behind
    expected = "".join(f"{line}\n" for line in output)
    assert read_in_pieces(raw, "show crypto ipsec sa", cuts) == (True, expected)


def test_a_prompt_ahead_of_the_echo_does_not_end_an_answer() -> None:
    reader = AnswerReader("show debug", Prompt("fw1#"))
    reader.take(f"{DEBUG}\r\n\rfw1# ")
    assert not reader.over(0.5)
    reader.take("show debug\r\n\rfw1# ")
    assert reader.over(0.0)


def test_without_a_recognised_echo_a_prompt_has_to_be_the_last_word_for_a_while() -> None:
    reader = AnswerReader("show debug", Prompt("fw1#"))
    reader.take(f"show deb{DEBUG}\r\nug\r\n\rfw1# ")
    assert not reader.over(1.0)
    assert reader.over(2.5)


def test_a_debug_line_behind_the_prompt_does_not_hide_it() -> None:
    reader = AnswerReader("no debug crypto ikev1", Prompt("fw1#"))
    reader.take(f"no debug crypto ikev1\r\n\rfw1# {DEBUG}\r\n")
    assert not reader.over(0.1)
    assert reader.over(0.4)
