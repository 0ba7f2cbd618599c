"""A firewall behind a jump host, as an ssh_config names it: real ssh, real forwarding."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import asyncssh
import msgspec
import pytest

from nornir_ikediag.device.session import AsaSession
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.errors import DeviceUnreachable
from nornir_ikediag.lab import serve

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="a jump host takes the ssh command")


class _Jump(asyncssh.SSHServer):
    """Lets anybody with the right key through, and writes down where to."""

    destinations: list[tuple[str, int]]

    def begin_auth(self, username: str) -> bool:
        return True

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        self.destinations.append((dest_host, dest_port))
        return True


class Jump(NamedTuple):
    ssh_config: Path
    destinations: list[tuple[str, int]]


@pytest.fixture
def jump(tmp_path: Path) -> Iterator[Jump]:
    """A jump host on loopback, and an ssh_config that leads over it to `fw1.example.net`."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o600)
    key.write_public_key(tmp_path / "authorized")
    passed: list[tuple[str, int]] = []

    class Recording(_Jump):
        destinations = passed

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Recording,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            authorized_client_keys=str(tmp_path / "authorized"),
        )

    async def close() -> None:
        server.close()
        await server.wait_closed()

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    config = tmp_path / "ssh_config"
    config.write_text(
        f"""\
Host jump
    HostName 127.0.0.1
    Port {server.get_port()}
    User hopper
    IdentityFile {tmp_path / "key"}
    IdentitiesOnly yes
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    LogLevel ERROR
Host fw1.example.net
    HostName 127.0.0.1
    ProxyJump jump
""",
        encoding="utf-8",
    )
    yield Jump(config, passed)
    asyncio.run_coroutine_threadsafe(close(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_firewall_behind_a_jump_host_is_read(jump: Jump) -> None:
    with serve(["healthy-main-mode-initiator"]) as lab:
        (host,) = lab.hosts
        session = AsaSession(
            Destination(
                name=host.name,
                hostname="fw1.example.net",
                port=host.port,
                username=host.username,
                password=host.password,
                enable=host.enable,
                jitter_seconds=0.0,
                options={"ssh_config_file": str(jump.ssh_config)},
            )
        )
        session.open()
        try:
            assert "MM_ACTIVE" in session.command("show crypto ikev1 sa detail").text
            assert session.local_address() is None
        finally:
            session.close()
    assert jump.destinations == [("127.0.0.1", host.port)]


def test_a_jump_host_that_fails_is_a_sentence(jump: Jump) -> None:
    config = jump.ssh_config.read_text("utf-8").replace("User hopper", "User hopper\n    ProxyCommand false")
    jump.ssh_config.write_text(config, "utf-8")
    where = Destination(name="fw1", hostname="fw1.example.net", port=2222, username="netops", password="x")
    options = {"ssh_config_file": str(jump.ssh_config), "conn_timeout": 2, "banner_timeout": 2}
    with pytest.raises(DeviceUnreachable) as caught:
        AsaSession(msgspec.structs.replace(where, jitter_seconds=0.0, options=options)).open()
    assert str(caught.value) == (
        "fw1 (fw1.example.net port 2222) could not be reached over its jump host: the connection ended before the "
        f"login. Try: ssh -F {jump.ssh_config} -p 2222 fw1.example.net."
    )
