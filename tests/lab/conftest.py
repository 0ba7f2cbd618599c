"""Ways to talk to a simulated firewall."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

import asyncssh
import pytest
from netmiko import ConnectHandler

from nornir_ikediag.lab import LabHost

Result = TypeVar("Result")
PATIENCE_SECONDS = 10.0


class Shell:
    """An SSH shell on a host, character by character: no help from any automation library."""

    def __init__(self, host: LabHost, process: "asyncssh.SSHClientProcess[str]") -> None:
        self.host = host
        self.process = process
        self.received = ""

    def type(self, text: str) -> None:
        """Send exactly that."""
        self.process.stdin.write(text)

    async def until(self, pattern: str) -> str:
        """Everything up to the end of the first match of ``pattern``; it is taken out of what was received."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (match := re.search(pattern, self.received, re.MULTILINE)) is None:
                chunk = await self.process.stdout.read(65536)
                if not chunk:
                    raise EOFError(f"the session ended; received so far: {self.received!r}")
                self.received += chunk
        text, self.received = self.received[: match.end()], self.received[match.end() :]
        return text

    async def run(self, command: str) -> str:
        """Type a command and return its output, without echo and prompt."""
        self.type(f"{command}\n")
        text = await self.until(rf"^\r?{re.escape(self.host.name)}[^\s#>]*[#>] $")
        return "\n".join(line.strip("\r") for line in text.split("\n")[1:-1])

    async def debug(self, what: str) -> str:
        """Type `debug crypto <what>` and wait for the prompt, which debug lines may follow at once."""
        self.type(f"debug crypto {what}\n")
        return await self.until(rf"debug crypto {what}\r\n[\s\S]*?# ")

    async def stop_debugging(self) -> None:
        """Type `undebug all`, whatever is being written at the time, and wait for the prompt after it."""
        self.type("undebug all\n")
        await self.until(r"undebug all\r\n[\s\S]*?# $")

    async def enable(self) -> None:
        """Become privileged, and switch the pager off."""
        await self.until("> $")
        self.type("enable\n")
        await self.until("Password: $")
        self.type(f"{self.host.enable}\n")
        await self.until("# $")
        await self.run("terminal pager 0")


Dial: TypeAlias = Callable[[LabHost], Awaitable[tuple[asyncssh.SSHClientConnection, Shell]]]


@pytest.fixture
def dial() -> Dial:
    """``await dial(host)``: a connection and its shell."""

    async def connected(host: LabHost) -> tuple[asyncssh.SSHClientConnection, Shell]:
        connection = await asyncssh.connect(
            host.hostname,
            port=host.port,
            username=host.username,
            password=host.password,
            known_hosts=None,
            config=None,
            client_keys=None,
            agent_path=None,
        )
        return connection, Shell(host, await connection.create_process(term_type="vt100", encoding="utf-8"))

    return connected


@pytest.fixture
def shell(dial: Dial) -> Callable[[LabHost, Callable[[Shell], Awaitable[Result]]], Result]:
    """``shell(host, conversation)``: log in, hold the conversation, log out."""

    def hold(host: LabHost, conversation: Callable[[Shell], Awaitable[Result]]) -> Result:
        async def connected() -> Result:
            connection, session = await dial(host)
            try:
                return await conversation(session)
            finally:
                connection.close()
                await connection.wait_closed()

        return asyncio.run(connected())

    return hold


@pytest.fixture
def netmiko() -> Callable[[LabHost], Any]:
    """``netmiko(host)``: a connection with netmiko's own driver, as far as it leaves the configuration alone."""

    def connected(host: LabHost, **changes: Any) -> Any:
        options: dict[str, Any] = {
            "device_type": "cisco_asa",
            "host": host.hostname,
            "port": host.port,
            "username": host.username,
            "password": host.password,
            "secret": host.enable,
            "allow_auto_change": False,
        }
        return ConnectHandler(**{**options, **changes})

    return connected
