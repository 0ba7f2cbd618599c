"""The SSH side of a simulated firewall: who may log in, and a terminal for everybody who does."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nornir_ikediag.errors import IkediagError
from nornir_ikediag.lab import cli
from nornir_ikediag.lab.device import MOST_SSH_SESSIONS, Device
from nornir_ikediag.lab.terminal import Terminal

if TYPE_CHECKING:
    import asyncssh


def load_asyncssh() -> Any:
    """asyncssh, which is an extra. Raises IkediagError where it is missing."""
    try:
        import asyncssh  # noqa: PLC0415  # an extra: the rest of the program does without it
    except ImportError:
        raise IkediagError(
            "The simulated fleet needs asyncssh, which is not installed: pip install 'nornir-ikediag[lab]'."
        ) from None
    return asyncssh


def server_factory(
    device: Device, known_user: str, connections: "set[asyncssh.SSHServerConnection]"
) -> "Callable[[], asyncssh.SSHServer]":
    """What makes the SSH side of one device; ``connections`` keeps the open ones."""
    asyncssh = load_asyncssh()

    class Server(asyncssh.SSHServer):  # type: ignore[misc, name-defined]  # imported lazily
        """A connection."""

        def connection_made(self, conn: Any) -> None:
            self._connection = conn
            connections.add(conn)
            if len(device.sessions) >= MOST_SSH_SESSIONS:
                conn.abort()

        def connection_lost(self, _exc: Exception | None) -> None:
            connections.discard(self._connection)

        def begin_auth(self, _username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return not device.refuses_login and username == known_user and password == device.password

        def session_requested(self) -> Any:
            return _session(device)

    return Server


def _buffered(channel: Any) -> Callable[[str], None]:
    """A ``write`` that puts into one packet what is said at once, and drops it when nobody is there any more."""
    pending: list[str] = []

    def flush() -> None:
        text = "".join(pending)
        pending.clear()
        if not channel.is_closing():
            channel.write(text.encode())

    def write(text: str) -> None:
        if not pending:
            asyncio.get_running_loop().call_soon(flush)
        pending.append(text)

    return write


def _session(device: Device) -> Any:
    """A shell on that device."""

    class Session(load_asyncssh().SSHServerSession):  # type: ignore[misc]  # imported lazily
        """One channel, which is one terminal."""

        def connection_made(self, chan: Any) -> None:
            close = chan.get_connection().close
            self._terminal = Terminal(device, chan.get_extra_info("username"), _buffered(chan), close, cli.run)

        def pty_requested(self, *_: object) -> bool:
            return True

        def shell_requested(self) -> bool:
            self._terminal.register()
            return True

        def session_started(self) -> None:
            self._terminal.start()

        def data_received(self, data: bytes, _datatype: object) -> None:
            self._terminal.feed(data.decode("utf-8", "ignore"))

        def connection_lost(self, _exc: Exception | None) -> None:
            self._terminal.end()

    return Session()
