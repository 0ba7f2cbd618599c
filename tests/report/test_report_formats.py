"""Each case in each format, against the whole of what it must print. ``IKEDIAG_UPDATE=1`` rewrites the expected files;
their difference is then to be read like any other change."""

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from nornir_ikediag.debugs import clock
from nornir_ikediag.errors import UsageError
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.report import Finding, Report
from nornir_ikediag.report import Paper, formats, render
from nornir_ikediag.report._opening import LINES, folded
from nornir_ikediag.report._words import ASSUMED_YEAR, moment, phase, printable, span
from nornir_ikediag.report.json import schema

_HERE = Path(__file__).parent
Build = Mapping[str, Callable[[], Report]]


@pytest.mark.parametrize("format_name", formats())
def test_prints_the_case_in_full(case: str, build: Build, format_name: str) -> None:
    expected = _HERE / f"{case}.{format_name}"
    printed = render(build[case](), format_name)
    if os.environ.get("IKEDIAG_UPDATE"):
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")


def test_every_expected_file_belongs_to_a_case_and_a_format(build: Build) -> None:
    known = {f"{name}.{format_name}" for name in build for format_name in formats()}
    found = {path.name for path in _HERE.iterdir() if path.suffix != ".py" and path.is_file()}
    assert found == known


def test_refuses_a_format_that_does_not_exist(build: Build) -> None:
    with pytest.raises(
        UsageError, match=r"^There is no report format yaml\. There are: html, json, junit, metrics, text\.$"
    ):
        render(build["healthy"](), "yaml")


@pytest.mark.parametrize("width", [None, 40, 80, 100, 200])
def test_opens_with_a_block_for_the_ticket(case: str, build: Build, width: int | None) -> None:
    block, _, _ = render(build[case](), "text", Paper(width=width)).partition("\n\n")
    assert len(block.splitlines()) <= LINES


def test_the_block_answers_in_the_order_of_the_questions(build: Build) -> None:
    block, _, _ = render(build["failed"](), "text").partition("\n\n")
    labels = [line[2:12].strip() for line in block.splitlines()[1:]]
    assert labels == ["Tunnel", "Cause", "Phase", "Side", "Proof", "Next", "Ask peer"]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_stays_within_the_terminal(case: str, build: Build, width: int) -> None:
    printed = render(build[case](), "text", Paper(width=width))
    assert [line for line in printed.splitlines() if len(line) > width] == []


def test_a_narrow_terminal_breaks_no_address_and_leaves_no_rest_of_a_command_at_the_margin(build: Build) -> None:
    printed = render(build["failed"](), "text", Paper(width=60))
    (device,) = build["failed"]().devices
    row = printed[printed.index("\nTunnel ") :].splitlines()
    assert any(line.startswith(f"{device.tunnels[0].peer} ") for line in row)
    steps = printed[printed.index("   Next steps\n") :].partition("   Ask")[0].splitlines()[1:]
    assert [line for line in steps if not line.startswith("     ")] == []


def _reported(finding: Finding, build: Build) -> Report:
    """The failing case with that finding in place of its own."""
    report = build["failed"]()
    return replace(report, devices=(replace(report.devices[0], findings=(finding,)),))


def test_a_short_block_gives_its_free_lines_to_the_proof_and_the_cause(build: Build) -> None:
    finding = replace(
        build["failed"]().devices[0].findings[0],
        summary="We refuse the peer's certificate: Certificate date is out-of-range, serial number: 2D00000A, subject "
        "name: cn=branch1.example.net",
        evidence=(
            Evidence(
                "debug",
                1,
                "Nov 20 2018 12:00:00 fw1 : %ASA-3-717009: Certificate validation failed. Certificate date is "
                "out-of-range, serial number: 2D00000A, subject name: cn=branch1.example.net.",
            ),
        ),
        ask_peer=("Please send the chain of your certificate.",),
    )
    block, _, _ = render(_reported(finding, build), "text", Paper(width=80)).partition("\n\n")
    assert block.splitlines() == [
        " DOWN, CRITICAL  203.0.113.7 on fw1 (198.51.100.1)",
        "  Tunnel    203.0.113.7 · branch-7 · down since 2026-03-02 12:10:00Z · IKEv1",
        "  Cause     We refuse the peer's certificate: Certificate date is out-of-range,",
        "            serial number: 2D00000A, subject name: cn=branch1.example.net",
        "            [pre-shared-key-mismatch, likely]",
        "  Phase     phase 1, authentication; main mode as initiator, failed at",
        "            MM_WAIT_MSG6",
        "  Side      open, what was read does not tell whose",
        "  Proof     debug:1  Nov 20 2018 12:00:00 fw1 : %ASA-3-717009: Certificate",
        "            validation failed. Certificate date is out-of-range, serial number:",
        "            2D00000A, subject name: cn=branch1.example.net.",
        "  Next      show running-config tunnel-group 203.0.113.7   (reads only: see when",
        "            and how the key is set)",
        "  Ask peer  Please send the chain of your certificate.",
    ]


def test_the_reason_at_the_end_of_a_long_line_stays_where_the_rest_is_cut(build: Build) -> None:
    line = (
        "Jan 02 2024 03:04:05: %ASA-4-113019: Group = 203.0.113.7, Username = 203.0.113.7, IP = 203.0.113.7, Session "
        "disconnected. Session Type: LAN-to-LAN, Duration: 0h:00m:00s, Bytes xmt: 0, Bytes rcv: 0, "
        "Reason: Phase 2 Mismatch"
    )
    finding = replace(
        build["failed"]().devices[0].findings[0],
        evidence=(Evidence("syslog.log", 1, line),),
        ask_peer=("Please send the chain of your certificate (not the key) with its validity. " * 3,),
        summary="We refuse the certificate of the peer, as its chain, its validity or its name tells. " * 3,
    )
    block, _, _ = render(_reported(finding, build), "text", Paper(width=80)).partition("\n\n")
    proof = block[block.index("  Proof") : block.index("  Next")].splitlines()
    assert proof == [
        "  Proof     syslog.log:1  Jan 02 2024 03:04:05: %ASA-4-113019: Group =",
        "            203.0.113.7, Username = 203.0.113.7, IP = 203.0.113.7, Session",
        "            disconnected. Session Type: LAN-to-LAN, D … Reason: Phase 2 Mismatch",
    ]


def test_of_a_device_the_block_says_what_there_is_and_no_sentence_twice(build: Build) -> None:
    refused = "fw1: the device refused the user name or password; check IKEDIAG_USERNAME and IKEDIAG_PASSWORD."
    finding = replace(
        build["fleet"]().devices[-1].findings[0],
        cause="login-failed",
        side="local",
        summary="The device refused the user name or password; check IKEDIAG_USERNAME and IKEDIAG_PASSWORD",
        evidence=(Evidence("ssh 198.51.100.1", 1, refused),),
    )
    report = _reported(finding, build)
    kept_out = replace(report.devices[0], judged=False, not_judged=(refused, "fw1: something else."))
    report = replace(report, devices=(kept_out,))
    printed = render(report, "text", Paper(width=80))
    assert printed.partition("\n\n")[0].splitlines() == [
        " ERROR  fw1 (198.51.100.1)",
        "  Cause     The device refused the user name or password; check IKEDIAG_USERNAME",
        "            and IKEDIAG_PASSWORD [login-failed, certain]",
        "  Side      this end",
        "  Next      ssh 198.51.100.9   (reads only: see whether the address answers at",
        "            all)",
    ]
    assert "Evidence" not in printed
    assert [line for line in printed.splitlines() if "not judged" in line] == ["  not judged: something else."]
    page = render(report, "html")
    assert "Not judged: something else." in page
    assert "Not judged: the device refused" not in page


def test_a_fault_of_a_tunnel_that_no_line_names_says_so(build: Build) -> None:
    finding = replace(build["failed"]().devices[0].findings[0], peer=None, tunnel_group=None, negotiation=None)
    block, _, _ = render(_reported(finding, build), "text", Paper(width=80)).partition("\n\n")
    assert block.splitlines()[:4] == [
        " CRITICAL  fw1 (198.51.100.1)",
        "  Tunnel    its peer is not named in what was read",
        "  Cause     the pre-shared keys of the two ends differ [pre-shared-key-mismatch,",
        "            likely]",
    ]


def test_a_failure_of_which_no_line_tells_anything_is_still_one_of_a_tunnel(build: Build) -> None:
    finding = replace(
        build["failed"]().devices[0].findings[0],
        cause="undetermined",
        family="device",
        confidence="possible",
        summary="The negotiation failed (IKEv2): the log does not tell why",
        peer=None,
        negotiation=None,
        next_steps=(),
    )
    block, _, _ = render(_reported(finding, build), "text", Paper(width=100)).partition("\n\n")
    assert block.splitlines()[:5] == [
        " CRITICAL  fw1 (198.51.100.1)",
        "  Tunnel    its peer is not named in what was read",
        "  Cause     The negotiation failed (IKEv2): the log does not tell why [undetermined, possible]",
        "  Phase     the log does not tell which",
        "  Side      open, what was read does not tell whose",
    ]


@pytest.mark.parametrize(
    ("exchange", "stage", "said"),
    [
        ("main-mode", "phase1", "phase 1"),
        ("main-mode", "phase2", "phase 2, IPsec"),
        ("quick-mode", "phase2", "phase 2, IPsec"),
        ("ikev2", "authentication", "the log does not tell which"),
    ],
)
def test_the_phase_of_a_failure_that_no_line_explains(build: Build, exchange: str, stage: str, said: str) -> None:
    device = build["failed"]().devices[0]
    negotiation = replace(device.negotiations[0], exchange=exchange, stage=stage)
    assert phase(replace(device.findings[0], cause="undetermined", family="device"), negotiation) == said


def test_where_many_need_action_each_finding_stands_once_and_none_is_wider_than_the_terminal(build: Build) -> None:
    (down,) = (device for device in build["fleet"]().devices if device.name == "fw-oslo")
    names = [f"fw-of-the-branch-office-in-the-street-with-the-long-name-{number}" for number in range(1, 7)]
    report = replace(build["fleet"](), devices=tuple(replace(down, name=name) for name in names))
    lines = render(report, "text", Paper(width=80)).splitlines()
    assert [line for line in lines if line.startswith(" DOWN")] == [
        " DOWN, CRITICAL  203.0.113.7 on fw-of-the-branch-office-in-the-street-with-the-…" for _ in names
    ]
    assert all(len(line) <= 80 for line in lines)


def test_a_walk_says_once_what_holds_for_all_its_steps(build: Build) -> None:
    (walk,) = build["established"]().walks
    (first,) = walk.steps
    second = replace(first, number=2, message="AM2", direction="sent", summary="", client_sequence=None)
    report = replace(build["established"](), walks=(replace(walk, steps=(first, second)),))
    told = render(report, "text").partition("Step by step")[2].splitlines()[:4]
    assert told == [
        ": negotiation 1 · client · aggressive-mode · the clocks differ by -153 s",
        "Step  Message     What happens                                                                             "
        "Lines                               Took",
        "   1  AM1 · sent  the client offers its policies and names its group (configured: crypto isakmp policy 1)  "
        "asa-debug.log:1-18, client 489-496   1 s",
        "   2  AM2 · sent                                                                                           "
        "asa-debug.log:1-18                   1 s",
    ]
    page = render(report, "html")
    assert "Step by step: negotiation 1 · client · aggressive-mode" in page
    assert page.count("crypto isakmp policy 1") == 1
    assert 'data-label="Side"' not in page


def test_a_walk_without_steps_is_a_title(build: Build) -> None:
    (walk,) = build["established"]().walks
    report = replace(build["established"](), walks=(replace(walk, steps=()),))
    for format_name in ("text", "html"):
        assert "Step by step: negotiation 1" in render(report, format_name)


def test_leaves_lines_whole_in_a_pipe(build: Build) -> None:
    printed = render(build["failed"](), "text")
    (evidence,) = (one for one in build["failed"]().devices[0].findings[0].evidence if one.line == 41)
    assert sum(evidence.text in line for line in printed.splitlines()) == 2
    assert not [line for line in printed.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("paper", [Paper(), Paper(width=100), Paper(width=100, colour=True)])
def test_device_text_never_reaches_the_terminal_as_orders(build: Build, paper: Paper) -> None:
    printed = render(build["hostile"](), "text", paper)
    without_colour = re.sub(r"\x1b\[[0-9;]*m", "", printed) if paper.colour else printed
    assert printable(without_colour.replace("\n", "")) == without_colour.replace("\n", "")
    for text in (
        "[reverse]fw[/reverse]<i>",
        r"\x1b[2J\x1b[31m[link=file:///etc]click[/link]\x0d\x00",
        r"\u202egpj.exe",
    ):
        assert text in without_colour


def test_no_blinking_from_a_user_name(build: Build) -> None:
    assert "\x1b[5m" not in render(build["hostile"](), "text", Paper(width=100, colour=True))


def test_a_device_that_fails_and_could_not_be_judged_is_two_cases_of_junit(build: Build) -> None:
    report = build["unjudged"]()
    (device,) = report.devices
    (finding,) = (one for one in build["fleet"]().devices[-1].findings if one.peer is None)
    left_on = msgspec.structs.replace(finding, cause="debug-left-on", summary="Debugging is left on", evidence=())
    device = msgspec.structs.replace(device, findings=(left_on,))
    printed = render(msgspec.structs.replace(report, devices=(device,)), "junit")
    assert printed.splitlines()[1:] == [
        '<testsuites name="ikediag" tests="2" failures="1" errors="1">',
        '  <testsuite name="fw1" timestamp="2026-03-02T12:00:00+00:00" tests="2" failures="1" errors="1">',
        '    <testcase classname="fw1" name="device">',
        '      <failure type="debug-left-on" message="Debugging is left on">next: ssh 198.51.100.9 (reads only: see '
        "whether the address answers at all)</failure>",
        "    </testcase>",
        '    <testcase classname="fw1" name="what could not be judged">',
        '      <error message="the output of `show crypto ipsec sa` stops in the middle of an SA" type="not-judged" />',
        "    </testcase>",
        "  </testsuite>",
        "</testsuites>",
    ]


def test_colours_only_when_asked(case: str, build: Build) -> None:
    assert "\x1b" not in render(build[case](), "text", Paper(width=100))
    assert "\x1b[" in render(build[case](), "text", Paper(width=100, colour=True))


def test_json_holds_no_raw_control_character_and_reads_back(case: str, build: Build) -> None:
    printed = render(build[case](), "json")
    assert printable(printed.replace("\n", "")) == printed.replace("\n", "")
    assert msgspec.json.decode(printed, type=Report) == build[case]()


def test_every_case_validates_against_the_schema(case: str, build: Build) -> None:
    jsonschema.Draft202012Validator(schema()).validate(msgspec.json.decode(render(build[case](), "json")))


def test_the_schema_is_one_and_requires_every_key() -> None:
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    assert published["properties"]["schema"] == {"const": "nornir-ikediag/report/1"}
    definitions: dict[str, Any] = {"Report": published, **published["$defs"]}
    for name, definition in definitions.items():
        if "properties" in definition:
            assert sorted(definition["required"]) == sorted(definition["properties"]), name
    assert sorted(definitions["Finding"]["required"]) == [
        "alternatives",
        "ask_peer",
        "cause",
        "confidence",
        "configuration",
        "consequences",
        "count",
        "evidence",
        "explanation",
        "family",
        "first_seen",
        "last_seen",
        "negotiation",
        "next_steps",
        "peer",
        "references",
        "selectors",
        "severity",
        "side",
        "summary",
        "tunnel_group",
        "username",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (125, "2 min 5 s"), (3600, "1 h"), (1_036_801, "12 d 1 s")]
)
def test_spans(seconds: int, words: str) -> None:
    assert span(seconds) == words


def test_a_year_that_was_only_assumed_is_not_shown() -> None:
    assert ASSUMED_YEAR == clock.ASSUMED_YEAR
    assert moment(datetime(ASSUMED_YEAR, 2, 29, 12, 0, 1)) == "02-29 12:00:01"
    assert moment(datetime(2026, 2, 28, 12, 0, 1, tzinfo=UTC)) == "2026-02-28 12:00:01Z"


@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=200), width=st.integers(20, 120), room=st.integers(1, 4))
def test_folding_keeps_to_its_room(text: str, width: int, room: int) -> None:
    lines = folded(printable(text), width, room)
    assert len(lines) <= room
    assert all(len(line) <= width for line in lines)


def test_what_is_kept_stays_when_the_rest_is_cut() -> None:
    cause = "We refuse every IKE proposal of the peer: dh-group and encryption [ike-policy-mismatch, likely]"
    assert folded(cause, 40, 2, " [ike-policy-mismatch, likely]") == [
        "We refuse every IKE proposal of the",
        "peer: dh … [ike-policy-mismatch, likely]",
    ]
    assert folded(cause, 20, 1, " [ike-policy-mismatch, likely]") == ["We refuse every IK …"]


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200))
def test_printable_text_is_harmless_and_stable(text: str) -> None:
    once = printable(text)
    assert printable(once) == once
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", once)
