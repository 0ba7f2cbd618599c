"""The tasks as a Nornir user runs them: real Nornir, real netmiko, real SSH, simulated firewalls."""

import json
import logging
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from nornir_ikediag import capture as captures
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.functions import give_credentials, print_report, to_captures, to_report, write_captures
from nornir_ikediag.lab import Lab, LabHost, serve
from nornir_ikediag.model.facts import WindowFacts
from nornir_ikediag.pipeline import judge
from nornir_ikediag.processors import Progress
from nornir_ikediag.tasks import collect_debug, collect_state, diagnose, sweep

RESPONDER = "wrong-key-main-mode-responder"
HEALTHY = "healthy-main-mode-initiator"
SWITCHED = ("debug", "no debug", "undebug", "clear", "conf", "write")

Fleet = Callable[..., tuple[Nornir, Lab]]


@contextmanager
def fleet_of(names: Sequence[str], folder: Path, *, speed: float, workers: int = 20) -> Iterator[tuple[Nornir, Lab]]:
    with serve(names, speed=speed) as lab:
        nornir = InitNornir(
            config_file=str(lab.write_inventory(folder)),
            runner={"plugin": "threaded", "options": {"num_workers": workers}},
        )
        give_credentials(nornir, lab.environment())
        for entry in nornir.inventory.hosts.values():
            entry.data["ikediag"] = {"jitter_seconds": 0.0}
        yield nornir, lab
        until = time.monotonic() + 5
        while any(host.sessions for host in lab.hosts) and time.monotonic() < until:
            time.sleep(0.01)
        for host in lab.hosts:
            assert not host.configuration_entered, host.name
            assert (host.sessions, host.debugs, host.conditions) == (0, {}, ()), host.name


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Callable[..., tuple[Nornir, Lab]]]:
    opened = []

    def start(*names: str, speed: float = 20.0, workers: int = 20) -> tuple[Nornir, Lab]:
        context = fleet_of(names, tmp_path / "inventory", speed=speed, workers=workers)
        opened.append(context)
        return context.__enter__()

    yield start
    for context in opened:
        context.__exit__(None, None, None)


def switched(host: LabHost) -> list[str]:
    return [command for command in host.commands if command.startswith(SWITCHED)]


def without_log(host: LabHost) -> None:
    """Its buffered log would tell why at once, and then no window is needed."""
    host.device.here.logging_level = None
    host.device.here.log.clear()


def only(results: AggregatedResult) -> MultiResult:
    (result,) = results.values()
    assert isinstance(result, MultiResult)
    return result


def test_state_is_read_with_show_commands_alone(fleet: Fleet) -> None:
    nornir, lab = fleet(HEALTHY)
    results = only(nornir.run(task=collect_state))
    result = results[0]
    assert (result.failed, result.changed, result.exception) == (False, False, None)
    plain = json.loads(json.dumps(result.result))
    assert set(plain) == {"schema", "device"}
    assert plain["schema"] == "nornir-ikediag/report/1"
    device = plain["device"]
    assert (device["name"], device["status"], device["role"], device["debug"]) == (HEALTHY, "read", "standalone", None)
    assert [tunnel["state"] for tunnel in device["tunnels"]] == ["up"]
    assert switched(lab.hosts[0]) == []


def test_what_the_device_said_is_a_sub_task_nobody_has_to_look_at(fleet: Fleet) -> None:
    nornir, _ = fleet(HEALTHY)
    results = only(nornir.run(task=collect_state))
    assert [(str(one.name), one.severity_level) for one in results] == [
        ("collect_state", logging.INFO),
        ("what the device said", logging.DEBUG),
    ]
    json.dumps(results[1].result)


def test_a_capture_holds_everything_in_order(fleet: Fleet) -> None:
    nornir, lab = fleet(RESPONDER, speed=20)
    results = nornir.run(task=collect_debug, window_seconds=3)
    (capture,) = to_captures(results)
    peer = lab.hosts[0].peer
    assert [(source.round, source.name) for source in capture.sources] == [
        (0, "show curpriv"),
        (0, "show version"),
        (0, "show clock"),
        (0, "show failover"),
        (0, "show cluster info"),
        (0, "show cpu usage"),
        (0, "show debug"),
        (0, "show crypto debug-condition"),
        (0, "show ssh sessions"),
        (0, "show running-config logging"),
        (0, "show crypto ikev1 sa detail"),
        (0, "show crypto ikev2 sa detail"),
        (0, "show crypto ipsec sa"),
        (0, "show vpn-sessiondb detail l2l"),
        (0, "show running-config crypto"),
        (0, "show running-config tunnel-group"),
        (0, "show running-config group-policy"),
        (0, "show running-config ip local pool"),
        (0, "show running-config access-list VPN-PARTNER"),
        (0, f"show route {peer}"),
        (0, "show interface ip brief"),
        (0, f"show logging | include {peer}"),
        (0, "show crypto ikev1 stats"),
        (0, "show crypto ikev2 stats"),
        (0, "show crypto ipsec stats"),
        (0, "debug"),
        (1, "show crypto ikev1 sa detail"),
        (1, "show crypto ikev2 sa detail"),
        (1, "show crypto ipsec sa"),
        (1, "show vpn-sessiondb detail l2l"),
        (1, f"show logging | include {peer}"),
    ]
    assert capture.release == "9.12(4)24"
    assert capture.role == "standalone"
    assert capture.device_clock
    assert capture.status == "read"
    assert [window.proved_off for window in capture.windows] == [True]


def test_a_window_is_opened_on_what_is_down_and_on_nothing_else(fleet: Fleet) -> None:
    nornir, lab = fleet(RESPONDER, HEALTHY)
    without_log(lab.host(RESPONDER))
    report = to_report(nornir.run(task=diagnose, window_seconds=4))
    assert [device.name for device in report.devices] == [HEALTHY, RESPONDER]
    healthy, broken = report.devices
    assert healthy.debug is None
    assert switched(lab.host(HEALTHY)) == []
    assert broken.debug is not None
    assert broken.debug.proved_off is True
    assert switched(lab.host(RESPONDER)) == list(broken.debug.commands)
    assert all("ikev2" not in command for command in broken.debug.commands)  # its configuration asks for IKEv1


def test_a_log_that_tells_why_makes_a_window_needless(fleet: Fleet) -> None:
    nornir, lab = fleet("proxies-refused")
    time.sleep(1.0)  # for the first refusal, at twenty times the speed
    (device,) = to_report(nornir.run(task=diagnose, peer=lab.hosts[0].peer, window_seconds=30)).devices
    assert device.debug is None
    assert device.findings[0].cause == "proxy-identity-mismatch"
    assert switched(lab.hosts[0]) == []


def test_a_route_based_tunnel_that_is_down_is_found_by_its_interface(fleet: Fleet) -> None:
    nornir, lab = fleet("vti-peer-silent")
    (host,) = lab.hosts
    state = only(nornir.run(task=collect_state))[0].result["device"]
    assert "show running-config interface | include interface|nameif|shutdown|tunnel" in host.commands
    assert f"show route {host.peer}" in host.commands
    assert [(one["peer"], one["state"], one["ike_version"]) for one in state["tunnels"]] == [(host.peer, "down", 1)]
    (finding,) = state["findings"]
    assert (finding["cause"], finding["severity"]) == ("tunnel-down", "critical")
    assert finding["evidence"][0]["text"] == f" tunnel destination {host.peer}"
    assert "show running-config interface Tunnel1" in [step["command"] for step in finding["next_steps"]]
    device = only(nornir.run(task=diagnose, window_seconds=40))[0].result["device"]
    assert device["findings"][0]["cause"] == "peer-no-reply"
    assert f"debug crypto condition peer {host.peer}" in device["debug"]["commands"]
    assert device["debug"]["proved_off"] is True


def test_interfaces_are_asked_for_only_where_one_may_be_a_tunnel(fleet: Fleet) -> None:
    nornir, lab = fleet(HEALTHY)
    nornir.run(task=collect_state)
    assert not [command for command in lab.hosts[0].commands if "running-config interface" in command]


def test_an_ikev2_peer_gets_an_ikev2_debug(fleet: Fleet) -> None:
    nornir, lab = fleet("ikev2-policy-refused")
    host = lab.hosts[0]
    without_log(host)
    nornir.run(task=diagnose, peer=host.peer, window_seconds=2)
    assert switched(host) == [
        f"debug crypto condition peer {host.peer}",
        "debug crypto ikev2 protocol 127",
        "debug crypto ikev2 platform 127",
        "no debug crypto ikev2 protocol",
        "no debug crypto ikev2 platform",
        f"no debug crypto condition peer {host.peer}",
    ]


def test_without_seconds_there_is_no_window(fleet: Fleet) -> None:
    nornir, lab = fleet(RESPONDER)
    nornir.run(task=diagnose, window_seconds=0)
    assert switched(lab.hosts[0]) == []


def test_a_dry_run_reads_and_tells_what_it_would_send(fleet: Fleet) -> None:
    nornir, lab = fleet(RESPONDER)
    host = lab.hosts[0]
    without_log(host)
    result = only(nornir.run(task=diagnose, peer=host.peer, dry_run=True))[0]
    assert result.result["plan"] == [
        f"debug crypto condition peer {host.peer}",
        "debug crypto ikev1 127",
        "no debug crypto ikev1",
        f"no debug crypto condition peer {host.peer}",
        "show debug",
        "show crypto debug-condition",
    ]
    assert result.result["device"]["debug"]["refusal"] == "Dry run: a debug window would be opened here."
    assert result.result["device"]["debug"]["proved_off"] is None
    assert switched(host) == []


def test_offline_nothing_is_sent_at_all(fleet: Fleet) -> None:
    nornir, lab = fleet(RESPONDER)
    host = lab.hosts[0]
    result = only(nornir.run(task=diagnose, peer=host.peer, offline=True))[0]
    assert not result.failed
    assert result.result["plan"][0] == f"debug crypto condition peer {host.peer}"
    assert list(host.commands) == []


def test_sweep_gives_plain_data_and_fails_only_where_it_could_not_look(fleet: Fleet) -> None:
    nornir, lab = fleet(HEALTHY, "unreachable")
    results = {name: result[0] for name, result in nornir.run(task=sweep).items()}
    assert results[HEALTHY].result == {
        "schema": "nornir-ikediag/sweep/1",
        "outcome": "clean",
        "looks": [
            {"context": None, "outcome": "clean", "sentences": ["nothing is left on."], "sent": [], "settled": False}
        ],
        "records": [],
    }
    assert (results[HEALTHY].failed, results[HEALTHY].changed) == (False, False)
    assert results["unreachable"].failed
    assert results["unreachable"].exception is None
    assert results["unreachable"].result["outcome"] == "not-looked"
    assert "refuses the connection" in results["unreachable"].result["looks"][0]["sentences"][0]
    assert set(lab.host(HEALTHY).commands) - {"exit"} == {
        "show curpriv",
        "enable",
        "terminal pager 0",
        "show debug",
        "show crypto debug-condition",
    }


def test_one_bad_device_does_not_stop_the_others(fleet: Fleet, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    nornir, _ = fleet("unreachable", "login-refused", HEALTHY)
    results = nornir.run(task=collect_state)
    assert {name: result.failed for name, result in results.items()} == {
        "unreachable": True,
        "login-refused": True,
        HEALTHY: False,
    }
    assert all(one.exception is None for result in results.values() for one in result)
    statuses = {device.name: (device.status, device.judged) for device in to_report(results).devices}
    assert statuses == {
        "unreachable": ("unreachable", False),
        "login-refused": ("login-failed", False),
        HEALTHY: ("read", True),
    }
    assert "Traceback" not in caplog.text


def test_a_host_that_is_no_asa_is_left_alone(fleet: Fleet) -> None:
    nornir, lab = fleet(HEALTHY)
    nornir.inventory.hosts[HEALTHY].platform = "cisco_ios"
    result = only(nornir.run(task=collect_state))[0]
    assert result.failed
    assert result.result["device"]["not_judged"] == [
        f"{HEALTHY} was left alone: its platform is cisco_ios, and ikediag speaks to cisco_asa. Filter the inventory "
        "(-F platform=cisco_asa), or correct its platform."
    ]
    assert list(lab.hosts[0].commands) == []


def test_a_sick_tunnel_is_no_failure_unless_the_caller_says_so(fleet: Fleet) -> None:
    nornir, _ = fleet("peer-silent")
    assert not only(nornir.run(task=collect_state)).failed
    assert only(nornir.run(task=collect_state, fail_on="critical")).failed


def test_the_context_of_the_inventory_is_entered(fleet: Fleet) -> None:
    nornir, lab = fleet("multi-context")
    without = only(nornir.run(task=collect_state))[0].result["device"]
    assert (without["status"], without["tunnels"]) == ("partial", [])
    nornir.inventory.hosts["multi-context"].data["ikediag"]["context"] = "customer-a"
    within = only(nornir.run(task=collect_state))[0].result["device"]
    assert (within["status"], within["context"]) == ("read", "customer-a")
    assert [tunnel["peer"] for tunnel in within["tunnels"]] == ["198.51.100.1"]
    assert "changeto context customer-a" in lab.hosts[0].commands


def test_no_secret_gets_out(fleet: Fleet, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    nornir, lab = fleet(HEALTHY)
    lab.hosts[0].device.here.extra_configuration["tunnel-group"] = (
        "tunnel-group OLD ipsec-attributes",
        " ikev1 pre-shared-key S3cret-in-the-clear",
    )
    results = nornir.run(task=collect_state, save=tmp_path / "saved")
    written = write_captures(results, tmp_path / "written")
    folders = [*written, tmp_path / "saved" / HEALTHY]
    texts = [file.read_text() for folder in folders for file in folder.iterdir()]
    texts += [json.dumps(one.result) for one in only(results)] + [caplog.text]
    assert any(" ikev1 pre-shared-key *****" in text for text in texts)
    for secret in ("S3cret", lab.password, lab.enable):
        assert not [text for text in texts if secret in text]
    for folder in folders:
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
    assert captures.read(folders[0]) == captures.read(folders[1])


def test_the_tasks_say_what_they_are_doing(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    nornir, _ = fleet(HEALTHY)
    progress = Progress()
    nornir.with_processors([progress]).run(task=collect_state, progress=progress.doing)
    told = capsys.readouterr().err.splitlines()
    assert told[:-1] == [
        f"{HEALTHY}: logging in",
        f"{HEALTHY}: reading the device",
        f"{HEALTHY}: reading the SAs",
        f"{HEALTHY}: reading the configuration",
        f"{HEALTHY}: reading routes and log",
    ]
    assert told[-1].startswith(f"{HEALTHY}: done after ")


def test_a_report_is_printed_in_any_format(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    nornir, _ = fleet(HEALTHY)
    results = nornir.run(task=collect_state)
    print_report(results)
    assert HEALTHY in capsys.readouterr().out
    print_report(results, format_name="json")
    assert json.loads(capsys.readouterr().out)["summary"]["verdict"] == "healthy"


def test_somebody_else_s_failed_task_is_a_device_not_judged(fleet: Fleet) -> None:
    nornir, _ = fleet(HEALTHY)

    def broken(task: Task) -> Result:
        return Result(host=task.host, failed=True, result="nothing of ours")

    (device,) = to_report(nornir.run(task=broken)).devices
    assert (device.name, device.status, device.judged) == (HEALTHY, "unreachable", False)


def test_nornir_writes_no_log_of_its_own(fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    nornir, _ = fleet(HEALTHY, "unreachable")
    nornir.run(task=collect_state)
    assert not (tmp_path / "nornir.log").exists()


def texts_by_host(results: AggregatedResult) -> dict[str, list[tuple[str, bool, int]]]:
    return {
        one.name: [(source.name, source.complete, len(source.text.splitlines())) for source in one.sources]
        for one in to_captures(results)
    }


def lose_nothing(folder: Path, hosts: int, workers: int) -> None:
    """The same firewall many times over: every one has to say the same, and as much as one that is asked alone."""
    with fleet_of([HEALTHY] * hosts, folder, speed=1.0, workers=workers) as (nornir, lab):
        alone = only(nornir.filter(name=HEALTHY).run(task=collect_state))
        results = nornir.run(task=collect_state)
        assert not results.failed
        said = texts_by_host(results)
        (reference,) = texts_by_host(as_run(alone)).values()
        assert len(said) == hosts
        odd = {name: texts for name, texts in said.items() if texts != reference}
        assert odd == {}
        for host in lab.hosts:
            assert list(host.commands)[:3] == ["show curpriv", "enable", "show curpriv"]


def as_run(result: MultiResult) -> AggregatedResult:
    aggregated = AggregatedResult("alone")
    aggregated["alone"] = result
    return aggregated


def test_no_device_and_no_line_is_lost_in_parallel(tmp_path: Path) -> None:
    lose_nothing(tmp_path, hosts=24, workers=12)


@pytest.mark.slow("takes a minute and 240 simulated firewalls")
def test_no_device_and_no_line_is_lost_by_a_fleet(tmp_path: Path) -> None:
    lose_nothing(tmp_path, hosts=240, workers=20)


@pytest.mark.parametrize("reason", ["a busy CPU", "debugs that go to syslog"])
def test_a_window_that_was_refused_leaves_the_question_open(fleet: Fleet, reason: str) -> None:
    nornir, lab = fleet("tunnels-idle")
    device = lab.hosts[0].device
    if reason == "a busy CPU":
        device.cpu_percent = 92
    else:
        device.here.debug_trace = True
    report = to_report(nornir.run(task=collect_debug, window_seconds=20))
    (judged,) = report.devices
    assert judged.debug is not None
    assert judged.debug.closed_by == "refused"
    assert judged.not_judged == (
        "tunnels-idle: the debug window was not opened, so what only it shows was not judged.",
    )
    assert report.summary.verdict == "undetermined"
    assert switched(lab.hosts[0]) == []


def test_a_busy_device_is_listened_to_when_the_user_insists(fleet: Fleet) -> None:
    nornir, lab = fleet("busy-cpu")
    (device,) = to_report(
        nornir.run(task=diagnose, peer=lab.hosts[0].peer, window_seconds=4, force_window=True)
    ).devices
    assert device.debug is not None
    assert device.debug.proved_off is True


@pytest.mark.parametrize(
    ("comes_back", "verdict", "status"), [(True, "undetermined", "read"), (False, "failed", "partial")]
)
def test_a_session_that_dies_in_a_window_is_never_a_clean_bill(
    fleet: Fleet, comes_back: bool, verdict: str, status: str
) -> None:
    nornir, lab = fleet("tunnels-idle")
    host = lab.hosts[0]
    (peer, *_) = [tunnel.peer for tunnel in host.device.here.tunnels]

    def kill_in_the_window() -> None:
        while not host.debugs:
            time.sleep(0.01)
        host.device.refuses_login = not comes_back
        for session in list(host.device.sessions):
            lab.call(end(session))

    async def end(session: Any) -> None:
        session.close()

    killer = threading.Thread(target=kill_in_the_window)
    killer.start()
    results = nornir.run(task=collect_debug, peer=peer, window_seconds=20)
    killer.join()
    host.device.here.conditions.clear()  # nobody could get in to do it
    report = to_report(results)
    (device,) = report.devices
    assert (report.summary.verdict, device.status, device.judged) == (verdict, status, False)
    assert device.debug is not None
    assert (device.debug.closed_by, device.debug.proved_off) == ("error", comes_back)
    assert only(results)[0].failed is not comes_back
    if not comes_back:
        assert {finding.cause for finding in device.findings} >= {"debug-left-on", "output-incomplete"}
        steps = [step.command for finding in device.findings for step in finding.next_steps]
        assert f"no debug crypto condition peer {peer}" in steps


@pytest.mark.parametrize("who", ["staff", "USER1"])
def test_a_peer_may_be_named_by_its_group_or_user(fleet: Fleet, who: str) -> None:
    nornir, lab = fleet("ezvpn-aggressive-mode")
    (device,) = to_report(nornir.run(task=collect_debug, peer=who, window_seconds=20)).devices
    (tunnel,) = device.tunnels
    assert (tunnel.peer, tunnel.tunnel_group, tunnel.username) == (lab.hosts[0].peer, "staff", "user1")
    assert device.debug is not None
    assert (device.debug.closed_by, device.debug.proved_off) == ("concluded", True)
    assert f"show logging | include {who}" in lab.hosts[0].commands


def test_a_window_for_one_user_does_not_end_with_another_s_negotiation(fleet: Fleet) -> None:
    nornir, _ = fleet("ezvpn-aggressive-mode")
    (device,) = to_report(nornir.run(task=collect_debug, peer="somebody-else", window_seconds=2)).devices
    assert device.debug is not None
    assert device.debug.closed_by == "time"
    steps = [step.command for finding in device.findings for step in finding.next_steps]
    assert "show logging | include somebody-else" in steps
    assert not [step for step in steps if step.startswith(("show route", "show running-config crypto map"))]


def test_a_window_that_was_cut_for_its_size_leaves_the_question_open() -> None:
    window = WindowFacts(closed_by="rate", truncated=True, proved_off=True, commands=("debug crypto ikev1 127",))
    shown = "There are no IKEv1 SAs\n\nThere are no IKEv2 SAs\n"
    device = judge(
        Capture(
            name="fw1",
            sources=(
                Source(name="show crypto isakmp sa detail", command="show crypto isakmp sa detail", text=shown),
                Source(name="show crypto ipsec sa", command="show crypto ipsec sa", text="\nThere are no ipsec sas\n"),
            ),
            windows=(window,),
        )
    )
    assert device.not_judged == ("fw1: the debug window ended early, so what only it shows was not judged.",)
