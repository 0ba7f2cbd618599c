"""Files of every kind become captures, or a sentence."""

import gzip
import io
from pathlib import Path

import pytest

from nornir_ikediag import capture
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.intake import Intake, intake, syslog_host

DEBUG = "Nov 24 03:14:00 [IKEv1]: Group = 192.0.2.9, IP = 192.0.2.9, PHASE 1 COMPLETED\n"
SAS = """\
fw1/pri/act# show crypto isakmp sa
   Active SA: 1
    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)
Total IKE SA: 1

1   IKE Peer: 192.0.2.9
    Type    : L2L             Role    : initiator
    Rekey   : no              State   : MM_ACTIVE
fw1/pri/act#
"""


def _write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def _names(result: Intake) -> list[tuple[str, list[str]]]:
    return [(one.name, [source.name for source in one.sources]) for one in result.captures]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.log", "", "empty.log is empty: there is nothing to read in it."),
        ("blank.log", " \n\n", "blank.log is empty: there is nothing to read in it."),
        (
            "trace.pcap",
            b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00",
            "trace.pcap is a packet capture, not text. ikediag reads what an ASA prints: debug output, syslog, show "
            "commands, configuration.",
        ),
        (
            "core.bin",
            b"\x7fELF\x00\x00",
            "core.bin is a binary file, not text. ikediag reads what an ASA prints: debug output, syslog, show "
            "commands, configuration.",
        ),
        (
            "shopping.txt",
            "two loaves of bread\nmilk\n",
            "shopping.txt holds nothing that ikediag reads: no IKE debug, no VPN syslog, no show output, no crypto "
            "configuration. Check that it is the log of an ASA.",
        ),
    ],
)
def test_what_cannot_be_used_is_a_sentence(tmp_path: Path, name: str, content: str | bytes, sentence: str) -> None:
    result = intake([_write(tmp_path, name, content)])
    assert result == Intake((), (sentence,))


def test_a_missing_file_and_an_empty_folder(tmp_path: Path) -> None:
    missing, folder = str(tmp_path / "gone.log"), str(tmp_path)
    assert intake([missing, folder]) == Intake(
        (),
        (
            f"{missing}: there is no such file.",
            f"{folder} is a folder without a capture (capture.json) or a text file in it.",
        ),
    )


def test_a_path_that_the_system_refuses_does_not_lose_the_others(tmp_path: Path) -> None:
    refused = str(tmp_path / ("x" * 300))
    result = intake([refused, _write(tmp_path, "debug.log", DEBUG)])
    assert _names(result) == [("pasted", ["debug.log"])]
    assert result.problems == (f"{refused} could not be read: File name too long.",)


def test_gzip_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    packed = gzip.compress(DEBUG.encode())[:-6]  # the checksum is missing; or the collector is not done with the file
    result = intake([_write(tmp_path, "debug.log.gz", packed)])
    assert _names(result) == [("pasted", ["debug.log.gz"])]
    assert "\n".join(result.captures[0].sources[0].lines()) == DEBUG.rstrip("\n")
    last = DEBUG.count("\n") + 1
    sentence = f"is damaged or not complete: what comes after line {last} could not be unpacked."
    assert result.problems == (f"debug.log.gz {sentence}",)
    assert intake(["-"], io.BytesIO(packed)).problems == (f"stdin {sentence}",)
    assert intake(["-"], io.BytesIO(gzip.compress(DEBUG.encode()))).problems == ()


@pytest.mark.parametrize("garbage", [b"\xff" * 40, b""], ids=["corrupt", "nothing"])
def test_gzip_of_which_nothing_can_be_unpacked(tmp_path: Path, garbage: bytes) -> None:
    path = _write(tmp_path, "debug.log.gz", gzip.compress(b"")[:10] + garbage)
    assert intake([path]) == Intake(
        (), ("debug.log.gz is damaged: nothing of it could be unpacked. Copy it once more.",)
    )


def test_one_bad_file_does_not_lose_the_good_ones(tmp_path: Path) -> None:
    result = intake([_write(tmp_path, "empty.log", ""), _write(tmp_path, "debug.log", DEBUG)])
    assert _names(result) == [("pasted", ["debug.log"])]
    assert len(result.problems) == 1


def test_loose_files_are_one_device_named_by_its_prompt(tmp_path: Path) -> None:
    result = intake([_write(tmp_path, "debug.log", DEBUG), _write(tmp_path, "session.log", SAS)])
    assert _names(result) == [("fw1", ["debug.log", "session.log"])]
    assert result.problems == ()


def test_two_prompts_are_two_devices_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    result = intake([_write(tmp_path, "jump.log", SAS + SAS.replace("fw1", "fw2"))])
    assert _names(result) == [("fw1", ["jump.log"]), ("fw2", ["jump.log"])]
    second = list(result.captures[1].sources[0].lines())
    assert second[:9] == [""] * 9
    assert second[9] == "fw2/pri/act# show crypto isakmp sa"


def test_a_collector_names_the_devices(tmp_path: Path) -> None:
    text = "".join(
        f"<165>Nov 24 03:14:0{second} {host} %ASA-5-713119: Group = 192.0.2.9, IP = 192.0.2.9, PHASE 1 COMPLETED\n"
        for second, host in enumerate(["edge1", "edge2", "edge1"])
    )
    result = intake([_write(tmp_path, "syslog", text)])
    assert _names(result) == [("edge1", ["syslog"]), ("edge2", ["syslog"])]
    assert [bool(line) for line in result.captures[0].sources[0].lines()] == [True, False, True]


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("%ASA-5-713119: IP = 192.0.2.9, PHASE 1 COMPLETED", None),
        ("Jun 10 2010 17:36:05: %ASA-7-713236: IP = 192.0.2.9, …", None),
        ("Jun 10 2010 17:36:05 fw1 : %ASA-7-713236: IP = 192.0.2.9, …", "fw1"),
        ("<167>2026-11-24T03:14:00.123Z fw-2.example.net %ASA-7-713236: …", "fw-2.example.net"),
        ('"2026-11-24T03:14:00.000+0000","Nov 24 2026 03:14:00: %ASA-6-113015: …"', None),
        ("2026-11-24T03:14:00+01:00 192.0.2.1 Nov 24 2026 03:14:00: %FTD-4-750003 Local:…", "192.0.2.1"),
        ("fw1 Nov 24 03:14:00: %ASA-7-713236: …", "fw1"),
        ("Nov 24 03:14:00 fw1 local4.info fw1 %ASA-7-713236: …", "fw1"),
        ("hub : %ASA-7-713236: …", "hub"),
        ("fw-1: %ASA-7-713236: …", "fw-1"),
        ("2026-11-24 03:14:00,123 fw1 %ASA-7-713236: …", "fw1"),
        ("1795489740.123 fw1 %ASA-7-713236: …", "fw1"),
        ("24/11/2026 03:14:00: %ASA-7-713236: …", None),
        ("asa.log:1042:Nov 24 2026 03:14:00: %ASA-7-713236: …", None),
        ("asa.log.1:Nov 24 2026 03:14:00 fw1 : %ASA-7-713236: …", "fw1"),
        ("[24.11.26, 03:14:00] Bob: %ASA-7-713236: …", None),
        ("we see this on the fw: %ASA-5-713119: …", None),
        ("we saw this at Nov 24 03:14:00: %ASA-5-713119: …", None),
        ("after that on Nov 24 03:14:00 one more of these: %ASA-5-713119: …", None),
        ("then: %ASA-5-713119: …", None),
    ],
)
def test_syslog_hosts(line: str, host: str | None) -> None:
    assert syslog_host(line) == host


@pytest.mark.parametrize("number", ["{}: ", "{}:", "  {}\t", "{:>6}  ", "{}. ", "{:03} | "])
def test_a_listing_loses_its_numbers(tmp_path: Path, number: str) -> None:
    said = (DEBUG.rstrip(), "IP = 192.0.2.9, PHASE 1 COMPLETED", "5|Mar 05 2018|10:22:01|713904|||||IP = 192.0.2.9, …")
    text = "".join(number.format(count) + line + "\n" for count, line in zip((7, 8, 12), said, strict=True))
    (one,) = intake([_write(tmp_path, "listing.txt", text)]).captures
    assert [line.lstrip() for line in one.sources[0].lines()] == list(said)


@pytest.mark.parametrize(
    "line",
    ["{0}      09:15:16.00{0}  03/04/05  Sev=Info/4\tCM/0x63100002\n", "{0}|Mar 05 2018|10:22:01|713904|||||…\n"],
)
def test_records_of_the_vpn_client_and_severities_of_asdm_stay(tmp_path: Path, line: str) -> None:
    text = "".join(line.format(count) for count in (3, 4, 5))
    (one,) = intake([_write(tmp_path, "client.log", text)]).captures
    assert one.sources[0].text == text


def test_gzip_utf16_and_crlf_read_the_same(tmp_path: Path) -> None:
    texts = [
        _write(tmp_path, "a.log", DEBUG.replace("\n", "\r\n")),
        _write(tmp_path, "b.log.gz", gzip.compress(DEBUG.encode())),
        _write(tmp_path, "c.log", DEBUG.encode("utf-16")),
        _write(tmp_path, "d.log", b"\xef\xbb\xbf" + DEBUG.encode()),
    ]
    (one,) = intake(texts).captures
    assert [list(source.lines()) for source in one.sources] == [[DEBUG.rstrip()]] * 4


def test_standard_input() -> None:
    result = intake(["-"], stdin=io.BytesIO(DEBUG.encode()))
    assert _names(result) == [("pasted", ["stdin"])]


def test_secrets_do_not_get_past_the_door(tmp_path: Path) -> None:
    text = "tunnel-group 192.0.2.9 ipsec-attributes\n ikev1 pre-shared-key Tr0ub4dor\n" + DEBUG
    (one,) = intake([_write(tmp_path, "config.txt", text)]).captures
    assert "Tr0ub4dor" not in one.sources[0].text
    assert one.sources[0].redactions == 1


def test_a_capture_folder_and_a_folder_of_them(tmp_path: Path) -> None:
    for name in ("fw1", "fw2"):
        capture.write(Capture(name=name, sources=(Source(name="debug", text=DEBUG),)), tmp_path)
    expected = [("fw1", ["debug"]), ("fw2", ["debug"])]
    assert _names(intake([str(tmp_path)])) == expected
    assert _names(intake([str(tmp_path / "fw1"), str(tmp_path / "fw2")])) == expected
