"""Whatever keeps us out of a device is one sentence that says what to look at, and no secret is in it."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nornir_ikediag.device.connection import connect
from nornir_ikediag.device.unreachable import Destination, explain
from nornir_ikediag.errors import DeviceError, DeviceUnreachable, LoginFailed
from nornir_ikediag.lab import serve

PASSWORD = "do-not-print-me"
FAST: dict[str, Any] = {"conn_timeout": 1, "banner_timeout": 1, "auth_timeout": 5}

Serving = Callable[..., tuple[Any, Destination]]


def to(port: int, hostname: str = "127.0.0.1", **options: Any) -> Destination:
    return Destination(
        name="fw1",
        hostname=hostname,
        port=port,
        username="netops",
        password=PASSWORD,
        enable=PASSWORD,
        jitter_seconds=0.0,
        options=FAST | options,
    )


@contextmanager
def listener(greeting: bytes | None) -> Iterator[int]:
    """A port that accepts, and says this and hangs up; or, with None, says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                if greeting is None:
                    held.append(client)
                else:
                    client.sendall(greeting)
                    client.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for client in held:
            client.close()


def refusal(where: Destination) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        connect(where)
    assert PASSWORD not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_name_that_does_not_resolve() -> None:
    error = refusal(to(22, "fw1.invalid"))
    assert isinstance(error, DeviceUnreachable)
    assert str(error) == ("fw1 (fw1.invalid port 22) has a name that does not resolve. Check the name, and DNS.")


def test_a_port_where_nothing_listens() -> None:
    with closing(socket.socket()) as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        error = refusal(to(port))
    assert isinstance(error, DeviceUnreachable)
    assert str(error) == (
        f"fw1 (127.0.0.1 port {port}) refuses the connection: nothing listens there. Check its address and "
        "port in the inventory."
    )


def test_an_address_that_is_of_no_inventory_is_not_looked_up_in_one() -> None:
    where = Destination(name="198.51.100.1", hostname="198.51.100.1")
    assert str(explain(where, ConnectionRefusedError()).error) == (
        "198.51.100.1 port 22 refuses the connection: nothing listens there. Check its address; for another port than "
        "22 set port in an inventory."
    )


@pytest.mark.parametrize("greeting", [b"", None], ids=["hangs up", "says nothing"])
def test_a_device_that_does_not_greet(greeting: bytes | None, capfd: pytest.CaptureFixture[str]) -> None:
    with listener(greeting) as port:
        error = refusal(to(port))
    assert isinstance(error, DeviceUnreachable)
    assert str(error) == (
        f"fw1 (127.0.0.1 port {port}) took the connection and did not go on to the login. Its SSH sessions (five a "
        "context) may all be in use, or it does not permit our address: show ssh sessions, show running-config ssh."
    )
    assert capfd.readouterr() == ("", "")


def test_an_address_that_does_not_answer() -> None:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as server:
        fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        error = refusal(to(server.getsockname()[1]))
        for filler in fillers:
            filler.close()
    assert isinstance(error, DeviceUnreachable)
    assert str(error).endswith("does not answer. Check its address, the route, and the access lists on the way.")


def test_credentials_that_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve(["login-refused"]) as lab:
        error = refusal(to(lab.hosts[0].port))
    assert isinstance(error, LoginFailed)
    assert str(error) == (
        f"fw1 (127.0.0.1 port {lab.hosts[0].port}) refused user netops. Check IKEDIAG_USERNAME and "
        "IKEDIAG_PASSWORD, or the key."
    )
    assert PASSWORD not in caplog.text


def test_no_credentials_at_all() -> None:
    with serve(["healthy-main-mode-initiator"]) as lab:
        where = msgspec.structs.replace(to(lab.hosts[0].port), password=None)
        error = refusal(where)
    assert isinstance(error, LoginFailed)
    assert "there is neither a password nor a key for it. Set IKEDIAG_USERNAME and IKEDIAG_PASSWORD" in str(error)


def test_a_host_key_that_is_not_on_record() -> None:
    with serve(["healthy-main-mode-initiator"]) as lab:
        port = lab.hosts[0].port
        error = refusal(to(port, ssh_strict=True))
    assert isinstance(error, DeviceUnreachable)
    assert str(error) == (
        f"fw1 (127.0.0.1 port {port}) has a host key that is not on record, and ssh_strict asks for one. "
        f"Check the key, then record it: ssh-keyscan -p {port} 127.0.0.1 >> ~/.ssh/known_hosts."
    )


def test_a_host_key_that_changed(tmp_path: Path) -> None:
    with serve(["healthy-main-mode-initiator"]) as lab:
        port = lab.hosts[0].port
        known = tmp_path / "known_hosts"
        other = "AAAAC3NzaC1lZDI1NTE5AAAAIE4BtTLMwuOOfwEKnVEJfVPRx1VVmNk9c3TYGbfUXBqF"
        known.write_text(f"[127.0.0.1]:{port} ssh-ed25519 {other}\n")
        error = refusal(to(port, ssh_strict=True, alt_host_keys=True, alt_key_file=str(known)))
    assert isinstance(error, DeviceUnreachable)
    assert str(error) == (
        f"fw1 (127.0.0.1 port {port}) presents another host key than the one on record. If it was replaced, remove the "
        f"old one: ssh-keygen -R '[127.0.0.1]:{port}'."
    )


def test_no_algorithm_in_common(peculiar: Serving) -> None:
    _, where = peculiar({}, kex_algs=["mlkem768x25519-sha256"])
    error = refusal(where)
    assert isinstance(error, DeviceUnreachable)
    assert "and this computer have no SSH key exchange in common." in str(error)


def test_options_that_netmiko_does_not_know() -> None:
    error = refusal(to(22, conn_timeot=3))
    assert "its connection options hold an option that netmiko does not know" in str(error)
    assert "conn_timeot" in str(error)


def test_all_sessions_in_use() -> None:
    with serve(["healthy-main-mode-initiator"]) as lab:
        host = lab.hosts[0]
        where = msgspec.structs.replace(to(host.port), username=host.username, password=host.password)
        sessions = [connect(where) for _ in range(5)]
        assert "Its SSH sessions (five a context) may all be in use" in str(refusal_of(where))
        for session in sessions:
            session.disconnect()


def refusal_of(where: Destination) -> DeviceError:
    with pytest.raises(DeviceUnreachable) as caught:
        connect(where)
    return caught.value
