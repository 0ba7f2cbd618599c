"""Devices to log in to: the lab's, and one that says whatever a test wants, when the test wants it."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

import asyncssh
import pytest

from nornir_ikediag.device.session import AsaSession, Patience
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.lab.host import LabHost

PASSWORD, ENABLE = "lab-passw0rd", "lab-enable"


@pytest.fixture
def where() -> Callable[..., Destination]:
    """``where(host, **changes)``: where to log in to this simulated firewall."""

    def destination(host: LabHost, **changes: Any) -> Destination:
        fields: dict[str, Any] = {
            "name": host.name,
            "hostname": host.hostname,
            "port": host.port,
            "username": host.username,
            "password": host.password,
            "enable": host.enable,
            "jitter_seconds": 0.0,
        }
        return Destination(**(fields | changes))

    return destination


@pytest.fixture
def opened() -> Callable[..., AbstractContextManager[AsaSession]]:
    """``opened(destination, context=…, silence_seconds=…)``: a session that is closed again."""

    @contextmanager
    def open_and_close(destination: Destination, context: str | None = None, **patience: float) -> Iterator[AsaSession]:
        session = AsaSession(destination, context=context, patience=Patience(**patience))
        session.open()
        try:
            yield session
        finally:
            session.close()

    return open_and_close


class Peculiar:
    """A device that answers from a table, ``delay`` seconds after each line, ``piece`` characters at a time.

    ``answers`` maps a command to its output, to the text that is written raw instead of echo, output and prompt (a
    bytes value), or to None: it then says nothing any more.
    """

    def __init__(self, answers: Mapping[str, str | bytes | None], delay: float = 0.0, piece: int = 0) -> None:
        self.answers = dict(answers)
        self.delay = delay
        self.piece = piece
        self.commands: list[str] = []
        self.port = 0

    async def talk(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        """One session."""
        await self._say(process, "Type help or '?' for a list of available commands.\r\n\rfw1> ")
        mode = ">"
        while line := await process.stdin.readline():
            command = line.strip()
            self.commands.append(command)
            if command == "exit":
                break
            answer = self.answers.get(command, "")
            if answer is None:
                continue
            if isinstance(answer, bytes):
                await self._say(process, answer.decode())
                continue
            if command == "enable":
                await self._say(process, "enable\r\nPassword: ")
                await process.stdin.readline()
                mode = "#"
                await self._say(process, f"\r\n\rfw1{mode} ")
                continue
            output = "".join(f"{one}\r\n" for one in answer.splitlines())
            await self._say(process, f"{command}\r\n{output}\rfw1{mode} ")
        process.exit(0)

    async def _say(self, process: "asyncssh.SSHServerProcess[str]", text: str) -> None:
        size = self.piece or len(text) or 1
        lines = text.splitlines(keepends=True) if self.delay else [text]
        for line in lines:
            for start in range(0, len(line), size):
                process.stdout.write(line[start : start + size])
                if self.piece:
                    await asyncio.sleep(0)
            if self.delay:
                await asyncio.sleep(self.delay)


class _Open(asyncssh.SSHServer):
    connections: ClassVar[list[Any]] = []

    def connection_made(self, conn: Any) -> None:
        self.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == PASSWORD


@pytest.fixture
def peculiar() -> Iterator[Callable[..., tuple[Peculiar, Destination]]]:
    """Serves a :class:`Peculiar` for the length of the test; further options are those of asyncssh."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers: list[asyncssh.SSHAcceptor] = []

    def serve(
        answers: Mapping[str, str | bytes | None], *, delay: float = 0.0, piece: int = 0, **options: Any
    ) -> tuple[Peculiar, Destination]:
        device = Peculiar(answers, delay, piece)

        async def listen() -> None:
            server = await asyncssh.listen(
                "127.0.0.1",
                0,
                server_factory=_Open,
                server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
                process_factory=device.talk,
                line_editor=False,
                encoding="utf-8",
                **options,
            )
            servers.append(server)
            device.port = server.get_port()

        asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
        where = Destination(
            name="fw1",
            hostname="127.0.0.1",
            port=device.port,
            username="netops",
            password=PASSWORD,
            enable=ENABLE,
            jitter_seconds=0.0,
        )
        return device, where

    async def close() -> None:
        for server in servers:
            server.close()
        while _Open.connections:
            connection = _Open.connections.pop()
            connection.abort()
            await connection.wait_closed()
        for server in servers:
            await server.wait_closed()

    try:
        yield serve
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
