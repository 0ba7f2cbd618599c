"""The commands on simulated firewalls: verdicts, exit codes, and what was sent."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nornir_ikediag.lab import Lab, serve
from nornir_ikediag.report.json import schema

Run = Callable[..., subprocess.CompletedProcess[str]]
Fleet = tuple[Lab, dict[str, str]]
ENDS = ("healthy-main-mode-initiator", "one-way-traffic", "peer-silent", "unreachable", "login-refused")


@contextmanager
def _serving(folder: Path, *ends: str, speed: float = 10.0) -> Iterator[Fleet]:
    with serve(ends, speed=speed) as lab:
        yield lab, {"IKEDIAG_CONFIG": str(lab.write_inventory(folder)), **lab.environment()}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with _serving(tmp_path_factory.mktemp("lab"), *ENDS) as served:
        yield served


def _json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema()).validate(report)
    return report


def test_health_has_a_line_for_every_device(ikediag: Run, fleet: Fleet) -> None:
    done = ikediag("health", environment=fleet[1])
    table = [line.split()[:2] for line in done.stdout.split("\n\n")[1].splitlines()[1:]]
    # Its attempt is running (it waits, a warning), or has just failed: that depends on the moment.
    silent = next(verdict for name, verdict in table if name == "peer-silent")
    assert silent in ("critical", "warning")
    assert table == [
        ["healthy-main-mode-initiator", "healthy"],
        ["login-refused", "login"],
        ["one-way-traffic", "warning"],
        ["peer-silent", silent],
        ["unreachable", "unreachable"],
    ]
    assert done.returncode == (2 if silent == "critical" else 3)  # two devices could not be read
    assert "(5 of 5)" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_health_opens_no_window(ikediag: Run, fleet: Fleet) -> None:
    ikediag("health", environment=fleet[1])
    for host in fleet[0].hosts:
        assert not [command for command in host.commands if command.startswith("debug")]
        assert not host.configuration_entered


def test_health_of_what_is_well(ikediag: Run, fleet: Fleet) -> None:
    done = ikediag("health", "-F", "scenario=healthy-main-mode-initiator", "--format", "json", environment=fleet[1])
    assert done.returncode == 0
    report = _json(done)
    assert [device["name"] for device in report["devices"]] == ["healthy-main-mode-initiator"]
    assert [tunnel["state"] for tunnel in report["devices"][0]["tunnels"]] == ["up"]


@pytest.mark.parametrize("host", ["unreachable", "login-refused"])
def test_what_cannot_be_judged_is_3_and_says_why(ikediag: Run, fleet: Fleet, host: str) -> None:
    done = ikediag("diagnose", host, environment=fleet[1])
    assert done.returncode == 3
    assert host in done.stdout
    assert ("refuses the connection" if host == "unreachable" else "refused user netops") in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_why_a_device_was_not_reached_is_said_once_in_the_block_and_once_below(ikediag: Run, fleet: Fleet) -> None:
    done = ikediag("diagnose", "unreachable", environment=fleet[1])
    host = fleet[0].host("unreachable")
    sentence = (
        f"unreachable (127.0.0.1 port {host.port}) refuses the connection: nothing listens there. Check its address "
        "and port in the inventory"
    )
    block, _, below = done.stdout.partition("\n\n")
    assert block == (
        " ERROR  unreachable (127.0.0.1)\n"
        f"  Cause     {sentence} [device-unreachable, certain]\n"
        "  Side      the path between the two ends\n"
        "  Next      ssh 127.0.0.1   (reads only: see from here whether anything answers at that address)"
    )
    assert below.count(sentence) == 1


def test_an_address_that_nothing_listens_on_needs_no_inventory(ikediag: Run, fleet: Fleet) -> None:
    given = {name: value for name, value in fleet[1].items() if name != "IKEDIAG_CONFIG"}
    done = ikediag("diagnose", "127.0.0.99", "--user", "netops", environment=given)
    assert done.returncode == 3
    assert (
        "  Cause     127.0.0.99 port 22 refuses the connection: nothing listens there. Check its address; for another "
        "port than 22 set port in an inventory [device-unreachable, certain]\n"
    ) in done.stdout


def test_a_device_that_was_not_reached_is_an_error_of_junit_and_no_failure(ikediag: Run, fleet: Fleet) -> None:
    printed = ikediag("health", "--format", "junit", "-F", "scenario=unreachable", environment=fleet[1]).stdout
    assert '<testsuites name="ikediag" tests="1" failures="0" errors="1">' in printed
    assert "<failure" not in printed
    assert re.findall(r'<error message="[^"]*" type="([^"]*)"', printed) == ["device-unreachable"]


def test_diagnose_names_the_cause_and_proves_its_window_closed(ikediag: Run, fleet: Fleet) -> None:
    done = ikediag("diagnose", "peer-silent", "--window", "15", "--format", "json", environment=fleet[1])
    assert done.returncode == 2
    (device,) = _json(done)["devices"]
    assert device["findings"][0]["cause"] == "peer-no-reply"
    if device["debug"] is not None:
        assert device["debug"]["proved_off"] is True
    host = fleet[0].host("peer-silent")
    assert (host.debugs, list(host.conditions), host.configuration_entered) == ({}, [], False)


def test_a_dry_run_opens_nothing_and_offline_sends_nothing(ikediag: Run, tmp_path: Path) -> None:
    with _serving(tmp_path / "lab", "phase1-encryption-refused") as (lab, environment):
        (host,) = lab.hosts
        planned = ikediag("diagnose", host.name, "--offline", environment=environment)
        assert (planned.returncode, list(host.commands)) == (0, [])
        assert f"{host.name}# debug crypto ikev1 127\n" in planned.stdout
        assert f"{host.name}: nothing was sent (1 of 1)\n" in planned.stderr
        tried = ikediag("diagnose", host.name, "--dry-run", environment=environment)
        assert "would send: " in tried.stdout
        assert [command for command in host.commands if "debug crypto" in command and "show" not in command] == []


def test_a_dry_run_says_where_no_window_is_wanted(ikediag: Run, fleet: Fleet) -> None:
    done = ikediag("diagnose", "healthy-main-mode-initiator", "--dry-run", environment=fleet[1])
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "   healthy-main-mode-initiator: no debug window would be opened"


def test_lab_up_into_a_folder_that_cannot_be_made(ikediag: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    done = ikediag("lab", "up", "ikev2-accepted", "--into", str(tmp_path / "file" / "lab"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"ikediag: Nothing can be written to {tmp_path / 'file' / 'lab'}: {tmp_path / 'file'} is no folder.\n"
    )


def test_settings_come_from_option_then_environment_then_inventory(ikediag: Run, tmp_path: Path) -> None:
    with _serving(tmp_path / "lab", "phase1-encryption-refused") as (lab, environment):
        hosts = tmp_path / "lab" / "hosts.yaml"
        inventory = hosts.read_text("utf-8")

        def planned(*options: str, window: str | None = None, **variables: str) -> bool:
            setting = "" if window is None else f"    ikediag: {{window_seconds: {window}}}\n"
            hosts.write_text(inventory + setting, "utf-8")
            done = ikediag("diagnose", lab.hosts[0].name, "--offline", *options, environment=environment | variables)
            assert done.returncode == 0 or "data.ikediag.window_seconds" in done.stderr
            return "# debug crypto ikev1 127\n" in done.stdout

        assert planned()
        assert not planned(window="0")
        assert planned(window="0", IKEDIAG_WINDOW="9")
        assert not planned("--window", "0", window="9", IKEDIAG_WINDOW="9")
        assert not planned(window="soon")


def test_what_was_collected_explains_the_same(ikediag: Run, fleet: Fleet, tmp_path: Path) -> None:
    into = tmp_path / "captures"
    done = ikediag("collect", "one-way-traffic", "--into", str(into), environment=fleet[1])
    assert (done.returncode, done.stdout) == (0, f"{into / 'one-way-traffic'}\n")
    explained = ikediag("explain", str(into / "one-way-traffic"), "--format", "json")
    assert explained.returncode == 1
    assert _json(explained)["devices"][0]["findings"][0]["cause"] == "no-return-traffic"
    assert (into / "one-way-traffic" / "capture.json").stat().st_mode & 0o077 == 0


def test_collect_says_whom_it_could_not_read(ikediag: Run, fleet: Fleet, tmp_path: Path) -> None:
    done = ikediag("collect", "unreachable", "--into", str(tmp_path / "captures"), environment=fleet[1])
    assert (done.returncode, done.stdout) == (3, "")
    assert "ikediag: unreachable (127.0.0.1 port " in done.stderr


def _begun(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """The command, running."""
    return subprocess.Popen(
        [sys.executable, "-m", "nornir_ikediag.cli", *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_closes_the_window_and_is_130(tmp_path: Path) -> None:
    with _serving(tmp_path / "lab", "phase1-encryption-refused", speed=0.1) as (lab, environment):
        (host,) = lab.hosts
        with _begun("diagnose", host.name, "--window", "90", environment=environment) as process:
            deadline = time.monotonic() + 40
            while not host.debugs and time.monotonic() < deadline:
                time.sleep(0.1)
            assert host.debugs
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=40)
        assert process.returncode == 130
        assert f"on {host.name} (127.0.0.1)" in out.partition("\n")[0]
        assert "proved off with `show debug`" in out
        assert "ikediag: Interrupted: closing what is open. Once more leaves at once.\n" in errors
        assert errors.endswith("ikediag: Interrupted.\n")
        assert "Traceback" not in errors
        assert (host.debugs, list(host.conditions)) == ({}, [])


def test_ctrl_c_in_a_health_run_reports_what_was_read_and_leaves_the_file_alone(tmp_path: Path) -> None:
    ends = ("healthy-main-mode-initiator", "one-way-traffic", "healthy-main-mode-responder")
    kept = tmp_path / "report.json"
    kept.write_text("the last whole report", "utf-8")
    with _serving(tmp_path / "lab", *ends) as (lab, environment):
        arguments = ("health", "--workers", "1", "--format", "json", "-o", str(kept))
        with _begun(*arguments, environment=environment) as process:
            deadline = time.monotonic() + 40
            while not lab.hosts[0].commands and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=40)
    assert process.returncode == 130
    assert [device["name"] for device in json.loads(out)["devices"]] == ["healthy-main-mode-initiator"]
    assert re.sub(r"in \d s", "in 1 s", errors).splitlines() == [
        "ikediag: Interrupted: closing what is open. Once more leaves at once.",
        "healthy-main-mode-initiator: 1 of 1 tunnel up (1 of 3)",
        "   1 device in 1 s",
        "ikediag: 2 devices of 3 not begun; this is the rest.",
        f"ikediag: {kept} is left as it was, since the report is not of everything.",
        "ikediag: Interrupted.",
    ]
    assert kept.read_text("utf-8") == "the last whole report"


def test_lab_up_says_how_to_use_it_and_ends_with_ctrl_c(tmp_path: Path, ikediag: Run) -> None:
    with _begun("lab", "up", "ikev2-accepted", "-n", "3", "--into", str(tmp_path)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == (
            "3 simulated firewalls are up: ikev2-accepted, ikev2-accepted-2, ikev2-accepted-3.\n"
        )
        assert process.stdout.readline() == f"Inventory: {tmp_path / 'config.yaml'}\n"
        script = tmp_path / "environment.sh"
        while "Ctrl-C" not in process.stdout.readline():
            pass
        assert script.stat().st_mode & 0o777 == 0o600
        lines = [line.removeprefix("export ").split("=", 1) for line in script.read_text("utf-8").splitlines()]
        done = ikediag("health", environment={name: value.strip("'") for name, value in lines})
        assert done.returncode == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.mark.timeout(150)
def test_demo_shows_every_end_and_is_0(ikediag: Run) -> None:
    done = ikediag("demo", "--format", "json")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    report = _json(done)
    assert len(report["devices"]) >= 8
    assert report["summary"]["verdict"] == "failed"
    assert [device["name"] for device in report["devices"] if not device["judged"]] == []


def test_a_refused_window_is_3_and_force_overrules_it(ikediag: Run, tmp_path: Path) -> None:
    with _serving(tmp_path / "lab", "busy-cpu") as (lab, environment):
        (host,) = lab.hosts
        into = str(tmp_path / "captures")
        refused = ikediag("collect", host.name, "--window", "3", "--into", into, environment=environment)
        assert refused.returncode == 3
        assert refused.stderr.splitlines()[-1] == (
            "ikediag: No debug window on busy-cpu: its CPU was 91 % busy over the last minute, more than 70 %. "
            "Try again in a quiet hour, or use --force."
        )
        assert not [command for command in host.commands if "debug crypto ikev1" in command]
        forced = ikediag("collect", host.name, "--window", "3", "--force", "--into", into, environment=environment)
        assert forced.returncode == 0
        assert [command for command in host.commands if "debug crypto ikev1" in command] == [
            "debug crypto ikev1 127",
            "no debug crypto ikev1",
        ]
