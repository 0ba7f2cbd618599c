"""A capture survives the way to disk and back, and what is no capture says so."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nornir_ikediag import capture
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.errors import InputError
from nornir_ikediag.model.facts import WindowFacts

_AT = datetime(2026, 11, 24, 3, 14, tzinfo=UTC)


def test_there_and_back(tmp_path: Path) -> None:
    one = Capture(
        name="fw1",
        host="192.0.2.1",
        status="partial",
        problem="fw1: `show failover` was refused.",
        problem_cause="command-refused",
        release="9.12(4)",
        context="admin",
        role="active",
        collected_at=_AT,
        device_clock="03:14:00.123 UTC Tue Nov 24 2026",
        sources=(
            Source(
                name="show crypto isakmp sa detail",
                command="show crypto isakmp sa detail",
                text="There are no isakmp sas\n",
                started_at=_AT,
                ended_at=_AT,
            ),
            Source(
                name="debug",
                command="debug crypto ikev1 127",
                text="a\nb\n",
                complete=False,
                redactions=2,
                round=1,
            ),
        ),
        windows=(WindowFacts(opened_at=_AT, closed_at=_AT, closed_by="time", lines=2, proved_off=True),),
        peers=("192.0.2.9",),
    )
    folder = capture.write(one, tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == [
        "01-show-crypto-isakmp-sa-detail.txt",
        "02-debug.txt",
        "capture.json",
    ]
    assert capture.read(folder) == one


def test_only_their_owner_reads_captures(tmp_path: Path) -> None:
    folder = capture.write(Capture(name="fw1", sources=(Source(name="debug", text="a\n"),)), tmp_path)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_host_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    assert capture.write(Capture(name="../../etc"), tmp_path).parent == tmp_path


def test_what_is_no_capture_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "capture.json").write_text('{"schema": "something/else"}')
    with pytest.raises(InputError, match=r"capture\.json is not an index of schema nornir-ikediag/capture/1"):
        capture.read(tmp_path)


def test_a_lost_file_is_named(tmp_path: Path) -> None:
    folder = capture.write(Capture(name="fw1", sources=(Source(name="debug", text="a\n"),)), tmp_path)
    (folder / "01-debug.txt").unlink()
    with pytest.raises(InputError, match=r"01-debug\.txt: No such file or directory"):
        capture.read(folder)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_text_of_many_blocks_is_read_from_disk_as_it_was_in_memory(
    tmp_path: Path, encoding: str, packed: bool
) -> None:
    lines = [f"line {number} \u2018é\u2019 \u0a0a" for number in range(20_000)]
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    data = (mark + "".join(f"{line}\r\n" for line in lines)).encode(encoding)
    path = tmp_path / "big.log"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert list(Source(name="big.log", path=path).lines()) == lines
    assert capture.decode(data).removesuffix("\n").split("\n") == lines


def test_a_window_is_read_from_disk_as_it_was_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.log"
    path.write_bytes(b"first\r\nsec\x0bond\n\nikev1 pre-shared-key Tr0ub4dor")
    assert list(Source(name="big.log", path=path).lines()) == ["first", "sec ond", "", "ikev1 pre-shared-key *****"]
