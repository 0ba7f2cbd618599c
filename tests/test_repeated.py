"""A fault that comes again every ten minutes is one finding, with how often, since when and until when: in every
format, for either IKE version, of a debug alone and of a syslog alone."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.pipeline import judge, report
from nornir_ikediag.report import render

_CAUSES = Path(__file__).parent / "causes"
_TIME = re.compile(r"\b([A-Z][a-z]{2}) +(\d+) (\d{4} |)(\d\d:\d\d:\d\d)")
_NAME = re.compile(r"((?:SPI[ :=]+|msgid=|mess id |msg id = )(?:0x)?)(?!0+\b)([0-9A-Fa-f]+)[0-9A-Fa-f]\b")
_TIMES = 5


def _later(line: str, number: int) -> str:
    """The line of a later attempt: other times, SPIs and message ids."""

    def moved(found: re.Match[str]) -> str:
        month, day, year, clock = found.groups()
        at = datetime.strptime(f"{year or '2000 '}{month} {day} {clock}", "%Y %b %d %H:%M:%S")
        return f"{at + number * timedelta(minutes=10):%b %d {year}%H:%M:%S}"

    return _NAME.sub(rf"\g<1>\g<2>{number:x}", _TIME.sub(moved, line))


def _repeated(case: str) -> list[Source]:
    sources = []
    for path in sorted((_CAUSES / case).iterdir()):
        if path.suffix == ".log":
            lines = path.read_text(encoding="utf-8").splitlines()
            text = "\n".join(_later(line, number) for number in range(_TIMES) for line in lines)
            sources.append(Source(name=path.name, text=text))
        elif path.name != "expect.tsv":
            sources.append(Source(name=path.name, text=path.read_text(encoding="utf-8")))
    return sources


@pytest.mark.parametrize(
    ("case", "seen"),
    [
        # IKEv1: a debug, a syslog, a syslog without any line that begins an attempt, its last line alone
        ("pre_shared_key_mismatch/fires-responder-cannot-decrypt", "from 07-04 10:00:01 to 07-04 10:40:03"),
        ("undetermined/fires-unknown-step", "from 11-08 22:22:22 to 11-08 23:02:25"),
        ("tunnel_group_default/fires-the-default-key-differs", "from 11-08 09:00:00 to 11-08 09:40:01"),
        ("crypto_map_incomplete/fires-cannot-initiate", "from 2023-11-08 09:12:01 to 2023-11-08 09:52:01"),
        (
            "xauth_server_unreachable/fires-syslog-aaa-names-no-peer",
            "from 2014-03-03 09:12:01 to 2014-03-03 09:52:01",
        ),
        ("undetermined/fires-clean-up-alone", "from 2021-08-02 11:02:03 to 2021-08-02 11:42:03"),
        ("ipsec_transform_mismatch/fires-teardown-reason-alone", "from 2024-01-02 03:04:05 to 2024-01-02 03:44:05"),
        # IKEv2: a syslog, and a trace without times
        ("pre_shared_key_mismatch/fires-ikev2-syslog", "from 2024-03-03 06:15:01 to 2024-03-03 06:55:02"),
        ("ike_policy_mismatch/fires-ikev2-answer-refused", ""),
        # what ends a tunnel that was up; one end is told in several lines, of several SAs
        ("deleted_by_administrator/fires-cleared", "from 11-08 09:15:03 to 11-08 09:55:03"),
        ("idle_timeout/fires-closed", "from 11-08 09:30:03 to 11-08 10:10:03"),
    ],
)
def test_a_fault_that_comes_again_is_one_finding(case: str, seen: str) -> None:
    told = judge(Capture(name="fw1", platform="cisco_asa", sources=tuple(_repeated(case))))
    (finding,) = [one for one in told.findings if one.cause == case.partition("/")[0].replace("_", "-")]
    assert finding.count == _TIMES
    whole = report([told], generated_at=datetime(2026, 3, 2, tzinfo=UTC))
    expected = f"seen {_TIMES} times {seen}".rstrip()
    assert [line for line in render(whole, "text").splitlines() if line.endswith(expected)]
    assert f" · {expected}</p>" in render(whole, "html")
    assert f'"count":{_TIMES},' in render(whole, "json").replace('"count": ', '"count":')


def test_since_when_and_until_when_is_known_of_more_lines_than_are_kept() -> None:
    start = datetime(2023, 11, 8, 9, 0, 0)
    drop = "%ASA-4-402119: IPSEC: Received an ESP packet (SPI= 0x5F3A1C20, sequence number= 0x2) from 203.0.113.50 (user= 203.0.113.50) to 192.0.2.1 that failed anti-replay checking."  # noqa: E501
    lines = [f"{start + timedelta(seconds=5 * number):%b %d %Y %H:%M:%S}: {drop}" for number in range(3_000)]
    told = judge(Capture(name="fw1", platform="cisco_asa", sources=(Source(name="syslog.log", text="\n".join(lines)),)))
    (finding,) = [one for one in told.findings if one.cause == "anti-replay-drops"]
    assert (finding.first_seen, finding.last_seen) == (start, start + timedelta(seconds=5 * 2_999))
    assert finding.count == 500
