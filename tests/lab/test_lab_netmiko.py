"""Netmiko's own driver gets along with the lab, and so do many of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException

from nornir_ikediag.lab import LabHost, serve


def test_login_without_touching_the_configuration(netmiko: Any) -> None:
    with serve(["healthy-main-mode-initiator"], speed=50) as lab:
        host = lab.hosts[0]
        connection = netmiko(host)
        shown = connection.send_command(
            "show crypto ikev1 sa", expect_string=rf"(?m)^{host.name}\S*#\s*$", auto_find_prompt=False
        )
        connection.disconnect()
        assert "State   : MM_ACTIVE" in shown
        assert list(host.commands)[:4] == ["show curpriv", "enable", "terminal pager 0", "show crypto ikev1 sa"]
        assert not host.configuration_entered


def test_the_driver_with_its_defaults_enters_configuration_mode_and_the_lab_tells(netmiko: Any) -> None:
    with serve(["healthy-main-mode-initiator"], speed=50) as lab:
        netmiko(lab.hosts[0], allow_auto_change=True).disconnect()
        assert lab.hosts[0].configuration_entered
        assert "terminal width 511" in lab.hosts[0].commands


def test_without_a_secret_the_driver_logs_in(netmiko: Any) -> None:
    with serve(["tunnels-idle"], speed=50) as lab:
        connection = netmiko(lab.hosts[0], secret="")
        assert connection.find_prompt() == "tunnels-idle#"
        connection.disconnect()


def test_refused_and_unreachable(netmiko: Any) -> None:
    with serve(["login-refused", "unreachable"]) as lab:
        with pytest.raises(NetmikoAuthenticationException):
            netmiko(lab.host("login-refused"))
        with pytest.raises(NetmikoTimeoutException):
            netmiko(lab.host("unreachable"))


def test_fifty_hosts_are_up_in_three_seconds_and_answer_all_at_once(netmiko: Any) -> None:
    began = time.monotonic()
    with serve(["healthy-main-mode-responder", "peer-silent"] * 25, speed=50) as lab:
        assert time.monotonic() - began < 3
        assert len({host.name for host in lab.hosts}) == 50

        def ask(host: LabHost) -> str:
            connection = netmiko(host)
            prompt = rf"(?m)^{host.name}\S*#\s*$"
            shown: str = connection.send_command("show version", expect_string=prompt, auto_find_prompt=False)
            connection.disconnect()
            return shown

        some = lab.hosts[:12]
        with ThreadPoolExecutor(6) as workers:
            for host, shown in zip(some, workers.map(ask, some), strict=True):
                assert f"\n{host.name} up 12 days" in shown
