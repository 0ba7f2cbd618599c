"""The lab: SSH servers for many simulated firewalls in one background thread."""

import asyncio
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nornir_ikediag.errors import IkediagError
from nornir_ikediag.lab import inventory
from nornir_ikediag.lab.clock import Clock
from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.host import LabHost
from nornir_ikediag.lab.listener import load_asyncssh, server_factory
from nornir_ikediag.lab.scenario import Occasion, Scenario, resolve

if TYPE_CHECKING:
    import asyncssh

USERNAME = "netops"
LOOPBACK = "127.0.0.1"
START_SECONDS = 60.0


class Lab:
    """A running lab. Get one from :func:`serve`."""

    def __init__(self, names: Sequence[str], *, speed: float) -> None:
        self.clock = Clock(speed)
        self.hosts: Sequence[LabHost] = ()
        self.username = USERNAME
        self.password = secrets.token_urlsafe(9)
        self.enable = secrets.token_urlsafe(9)
        self._devices = [(self._device(*item), item[1]) for item in _named(names)]
        self._loop = asyncio.new_event_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._servers: list[asyncssh.SSHAcceptor] = []
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._reserved: list[socket.socket] = []

    def _device(self, name: str, scenario: Scenario, size: int, index: int) -> Device:
        device = Device(hostname=name, index=index, clock=self.clock, password=self.password, enable=self.enable)
        scenario.prepare(device, size)
        return device

    def host(self, name: str) -> LabHost:
        """The host of that name. Raises IkediagError when there is none."""
        found = next((host for host in self.hosts if host.name == name), None)
        if found is None:
            raise IkediagError(f"The lab has no host named '{name}'. It has: {', '.join(h.name for h in self.hosts)}.")
        return found

    def write_inventory(self, folder: Path) -> Path:
        """A Nornir inventory of these hosts in ``folder``; returns the path of its `config.yaml`.

        It holds no passwords: set :meth:`environment` for the program that uses it.
        """
        return inventory.write(folder, self.hosts)

    def environment(self) -> dict[str, str]:
        """The credentials, as the environment variables that `ikediag` reads."""
        return {"IKEDIAG_USERNAME": self.username, "IKEDIAG_PASSWORD": self.password, "IKEDIAG_ENABLE": self.enable}

    async def start(self) -> None:
        """Listen for all devices and start their scripts."""
        asyncssh = load_asyncssh()
        options = asyncssh.SSHServerConnectionOptions(
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            server_version="Cisco-1.25",
            encoding=None,
            line_editor=False,
            keepalive_interval=0,
            gss_host=None,
            allow_scp=False,
            agent_forwarding=False,
            x11_forwarding=False,
            public_key_auth=False,
            kbdint_auth=False,
        )
        self.hosts = [await self._listen(device, scenario, options) for device, scenario in self._devices]
        for device, scenario in self._devices:
            if scenario.play is not None:
                for context in device.contexts.values():
                    if context.tunnels:
                        self._tasks.append(self._loop.create_task(_play(scenario, context)))

    async def _listen(
        self, device: Device, scenario: Scenario, options: "asyncssh.SSHServerConnectionOptions"
    ) -> LabHost:
        if device.reachable:
            server = await load_asyncssh().listen(
                LOOPBACK, 0, options=options, server_factory=server_factory(device, USERNAME, self._connections)
            )
            self._servers.append(server)
            port = server.get_port()
        else:  # a port that refuses connections, and that nobody else gets meanwhile
            reserved = socket.socket()
            reserved.bind((LOOPBACK, 0))
            self._reserved.append(reserved)
            port = reserved.getsockname()[1]
        tunnels = device.here.tunnels
        return LabHost(
            name=device.hostname,
            hostname=LOOPBACK,
            port=port,
            username=self.username,
            password=self.password,
            enable=self.enable,
            scenario=scenario,
            peer=tunnels[0].peer if tunnels else None,
            context=device.here.name,
            device=device,
        )

    async def stop(self) -> None:
        """End scripts and sessions, and close the ports."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            server.close()
        connections = list(self._connections)
        for connection in connections:
            connection.close()
        closing = [*(c.wait_closed() for c in connections), *(s.wait_closed() for s in self._servers)]
        await asyncio.gather(*closing, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close in the loop's next rounds
        for reserved in self._reserved:
            reserved.close()

    def call(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run something in the lab's thread and wait for it."""
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(START_SECONDS)

    def run(self) -> None:
        """The body of the lab's thread."""
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def halt(self) -> None:
        """Let the body of the thread return."""
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextmanager
def serve(names: Sequence[str], *, speed: float = 1.0) -> Iterator[Lab]:
    """Serve these ends on loopback for as long as the block lasts; ``speed`` compresses time.

    A name may come several times (the hosts are numbered) and may have a size: `hub-quiet:200`. Raises UsageError for
    a name that is no end, IkediagError when asyncssh is not installed.
    """
    load_asyncssh()
    lab = Lab(names, speed=speed)
    thread = threading.Thread(target=lab.run, name="ikediag-lab", daemon=True)
    thread.start()
    try:
        lab.call(lab.start())
        yield lab
    finally:
        lab.call(lab.stop())
        lab.halt()
        thread.join()


def _named(names: Sequence[str]) -> Iterator[tuple[str, Scenario, int, int]]:
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        scenario, size = resolve(name)
        seen[scenario.name] += 1
        count = seen[scenario.name]
        yield (scenario.name if count == 1 else f"{scenario.name}-{count}", scenario, size, index)


async def _play(scenario: Scenario, context: Context) -> None:
    """Run a scenario's script against the clock."""
    assert scenario.play is not None  # noqa: S101  # checked by the caller
    occasion = asyncio.Event()
    context.watchers.append(occasion.set)
    for wait in scenario.play(context):
        if not isinstance(wait, Occasion):
            await asyncio.sleep(context.clock.real_seconds(wait))
            continue
        try:
            await asyncio.wait_for(occasion.wait(), context.clock.real_seconds(wait.seconds))
            await asyncio.sleep(context.clock.real_seconds(3))
        except TimeoutError:
            pass
        occasion.clear()
