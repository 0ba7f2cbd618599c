"""`ikediag explain`: what cannot be read is a sentence, and never costs the report on what can."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nornir_ikediag.report.json import schema

Run = Callable[..., subprocess.CompletedProcess[str]]

ESTABLISHED = """\
Mar 02 12:01:00 [IKEv1]: IP = 203.0.113.7, IKE Initiator: New Phase 1, Intf inside, IKE Peer 203.0.113.7  \
local Proxy Address 10.1.0.0, remote Proxy Address 10.2.0.0,  Crypto map (outside_map)
Mar 02 12:01:01 [IKEv1]: Group = 203.0.113.7, IP = 203.0.113.7, PHASE 1 COMPLETED
Mar 02 12:01:02 [IKEv1]: Group = 203.0.113.7, IP = 203.0.113.7, Security negotiation complete for LAN-to-LAN Group \
(203.0.113.7)  Initiator, Inbound SPI = 0x0a0b0c0d, Outbound SPI = 0x01020304
Mar 02 12:01:02 [IKEv1]: Group = 203.0.113.7, IP = 203.0.113.7, PHASE 2 COMPLETED (msgid=4f5e6d7c)
"""
REFUSED = """\
Mar 02 12:01:00 [IKEv1]: IP = 203.0.113.9, IKE Initiator: New Phase 1, Intf inside, IKE Peer 203.0.113.9  \
local Proxy Address 10.1.0.0, remote Proxy Address 10.3.0.0,  Crypto map (outside_map)
Mar 02 12:01:08 [IKEv1]: Group = 203.0.113.9, IP = 203.0.113.9, Received encrypted Oakley Main Mode packet with \
invalid payloads, MessID = 0
Mar 02 12:01:08 [IKEv1]: Group = 203.0.113.9, IP = 203.0.113.9, ERROR, had problems decrypting packet, probably due to \
mismatched pre-shared key.  Aborting
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.log"
    path.write_text(ESTABLISHED, encoding="utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.log"
    path.write_text(REFUSED, encoding="utf-8")
    return path


def _json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema()).validate(report)
    return report


def test_a_tunnel_that_came_up(ikediag: Run, good: Path) -> None:
    done = ikediag("explain", str(good), "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (device,) = _json(done)["devices"]
    (tunnel,) = device["tunnels"]
    assert (tunnel["peer"], tunnel["state"]) == ("203.0.113.7", "up")
    assert [one["outcome"] for one in device["negotiations"]] == ["established"]
    assert {finding["severity"] for finding in device["findings"]} <= {"info"}


def test_a_wrong_key_comes_first_and_is_2(ikediag: Run, bad: Path) -> None:
    done = ikediag("explain", str(bad))
    assert (done.returncode, done.stderr) == (2, "")
    block = done.stdout.partition("\n\n")[0]
    assert "203.0.113.9" in block
    assert "[pre-shared-key-mismatch, " in block
    assert "bad.log:2  Mar 02 12:01:08 [IKEv1]: Group = 203.0.113.9" in block


def test_a_failed_quick_mode_without_a_reason_names_its_phase_and_what_it_may_be(ikediag: Run, tmp_path: Path) -> None:
    log = tmp_path / "c.txt"
    log.write_text(
        "%ASA-3-713902: IP = 198.51.100.7, QM FSM error (P2 struct &0xcf7b8b20, mess id 0x3f3a6cb1)!\n"
        "%ASA-3-713902: IP = 198.51.100.7, Removing peer from correlator table failed, no match!\n",
        encoding="utf-8",
    )
    assert "  Phase     phase 2, IPsec; quick mode, failed\n" in ikediag("explain", str(log)).stdout
    (finding,) = _json(ikediag("explain", "--format", "json", str(log)))["devices"][0]["findings"]
    assert finding["cause"] == "undetermined"
    assert [(one["cause"], one["confidence"]) for one in finding["alternatives"]] == [
        ("proxy-identity-mismatch", "possible"),
        ("ipsec-transform-mismatch", "possible"),
        ("pfs-mismatch", "possible"),
    ]


@pytest.mark.parametrize("format_name", ["text", "json", "html", "junit", "metrics"])
def test_every_format_to_a_file(ikediag: Run, bad: Path, tmp_path: Path, format_name: str) -> None:
    report = tmp_path / "report"
    done = ikediag("explain", str(bad), "--format", format_name, "-o", str(report))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")
    assert "203.0.113.9" in report.read_text(encoding="utf-8")


def test_from_standard_input_and_gzip(ikediag: Run, tmp_path: Path, good: Path) -> None:
    packed = tmp_path / "good.log.gz"
    packed.write_bytes(gzip.compress(good.read_bytes()))
    from_pipe = ikediag("explain", "-", stdin=ESTABLISHED)
    from_gzip = ikediag("explain", str(packed))
    assert from_pipe.returncode == from_gzip.returncode == 0
    assert from_pipe.stdout == from_gzip.stdout.replace("good.log.gz", "stdin")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "file is empty: there is nothing to read in it."),
        (b"\n \n", "file is empty: there is nothing to read in it."),
        (b"\x7fELF\x00\x00\x01", "file is a binary file, not text. ikediag reads what an ASA prints: debug output, "),
        (b"Dear colleague,\nthe tunnel is down again.\n", "file holds nothing that ikediag reads: no IKE debug, "),
    ],
    ids=["empty", "blank", "binary", "letter"],
)
def test_what_is_no_log_is_a_sentence_and_3(ikediag: Run, tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    done = ikediag("explain", str(path))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"ikediag: {sentence}")
    assert done.stderr.count("\n") == 1


def test_missing_file_and_folder_without_a_capture(ikediag: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = ikediag("explain", "nowhere.log", str(tmp_path / "empty"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        "ikediag: nowhere.log: there is no such file.",
        f"ikediag: {tmp_path / 'empty'} is a folder without a capture (capture.json) or a text file in it.",
    ]


def test_a_bad_file_does_not_lose_the_good_ones(ikediag: Run, good: Path, bad: Path, tmp_path: Path) -> None:
    alone = ikediag("explain", str(good))
    with_missing = ikediag("explain", str(good), "nowhere.log")
    assert (alone.returncode, with_missing.returncode) == (0, 3)
    assert with_missing.stdout == alone.stdout
    assert with_missing.stderr == "ikediag: nowhere.log: there is no such file.\n"
    assert ikediag("explain", str(bad), "nowhere.log").returncode == 2


def test_lists_what_was_not_understood(ikediag: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.log"
    path.write_text(ESTABLISHED + "Mar 02 12:01:03 [IKEv1]: a line that no release prints\n", encoding="utf-8")
    done = ikediag("explain", str(path), "--unread")
    assert "odd.log:5  Mar 02 12:01:03 [IKEv1]: a line that no release prints\n" in done.stdout
    assert "Every line was understood.\n" in ikediag("explain", "-", "--unread", stdin=ESTABLISHED).stdout


def test_lists_all_of_many_lines_and_counts_those_beyond_ten_thousand(ikediag: Run, tmp_path: Path) -> None:
    odd = [f"Mar 02 12:01:03 [IKEv1]: line {number} that no release prints" for number in range(10_002)]
    path = tmp_path / "odd.log"
    path.write_text(ESTABLISHED + "".join(f"{line}\n" for line in odd), encoding="utf-8")
    listed = ikediag("explain", str(path), "--unread").stdout.splitlines()[-10_001:]
    expected = [f"odd.log:{number}  {line}" for number, line in enumerate(odd[:10_000], start=5)]
    assert listed == [*expected, "odd.log: and 2 more"]


def test_walks_through_a_negotiation(ikediag: Run, good: Path) -> None:
    (walk,) = _json(ikediag("explain", str(good), "--walk", "--format", "json"))["walks"]
    assert walk["negotiations"] == ["1"]
    assert [step["number"] for step in walk["steps"]] == list(range(1, len(walk["steps"]) + 1))
    assert walk["steps"][0]["lines"] == [{"source": "good.log", "first": 1, "last": 1}]


def test_a_report_that_cannot_be_written(ikediag: Run, good: Path, tmp_path: Path) -> None:
    missing = tmp_path / "no" / "report"
    for output, why in (
        (missing, f"The report cannot be written: {missing} is in a folder that does not exist. Make it first."),
        (tmp_path, f"The report cannot be written: {tmp_path} is a folder. Name a file in it."),
        (good, f"-o {good} would overwrite what is to be explained. Name another file."),
    ):
        done = ikediag("explain", str(good), "-o", str(output))
        assert (done.returncode, done.stdout, done.stderr) == (3, "", f"ikediag: {why}\n")
    assert good.read_text("utf-8") == ESTABLISHED


def test_a_report_replaces_the_old_one_at_once_and_whole(ikediag: Run, good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "textfiles"
    folder.mkdir()
    report = folder / "ikediag.prom"
    report.write_text("old", "utf-8")
    with report.open(encoding="utf-8") as scraped:  # by somebody who opened it a moment before
        assert ikediag("explain", str(good), "--format", "metrics", "-o", str(report)).returncode == 0
        assert scraped.read() == "old"
    assert report.read_text("utf-8").startswith("# HELP ")
    assert list(folder.iterdir()) == [report]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_a_sentence_and_the_report_is_not_lost(ikediag: Run, good: Path) -> None:
    alone = ikediag("explain", str(good))
    done = ikediag("explain", str(good), "-o", "/dev/full")
    assert (done.returncode, done.stdout) == (3, alone.stdout)
    assert done.stderr == (
        "ikediag: The report could not be written to /dev/full: No space left on device. "
        "It stands on standard output instead.\n"
    )
    command = f"{sys.executable} -m nornir_ikediag.cli explain {good} > /dev/full"
    full = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (full.returncode, full.stderr) == (
        3,
        "ikediag: Standard output could not be written to: No space left on device.\n",
    )


def test_unread_lines_into_a_pipe_whose_reader_leaves(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.log"
    odd = "".join(f"Mar 02 12:01:03 [IKEv1]: line {number} that no release prints\n" for number in range(9_000))
    path.write_text(ESTABLISHED + odd, encoding="utf-8")
    command = f"{sys.executable} -m nornir_ikediag.cli explain {path} --unread | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_the_published_case(ikediag: Run, shared: Path) -> None:
    done = ikediag("explain", str(shared / "cases" / "seed-ezvpn-aggressive" / "asa-debug.log"), "--format", "json")
    assert done.returncode == 0
    (device,) = _json(done)["devices"]
    (negotiation,) = device["negotiations"]
    assert {
        name: negotiation[name] for name in ("exchange", "role", "peer", "tunnel_group", "username", "outcome")
    } == {
        "exchange": "aggressive-mode",
        "role": "responder",
        "peer": "64.102.156.87",
        "tunnel_group": "ipsec",
        "username": "user1",
        "outcome": "established",
    }
    (child,) = negotiation["child_sas"]
    assert (child["spi_in"], child["spi_out"]) == ("0x9e18acb2", "0xc055290a")
    assert [finding for finding in device["findings"] if finding["severity"] != "info"] == []
