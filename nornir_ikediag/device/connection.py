"""The SSH connection: netmiko's ASA driver without what it says and reads on its own.

Netmiko's driver enters configuration mode when a session opens (`terminal width 511`), and its reads take for a prompt
whatever looks like one. What it does well stays in use: algorithms, keys and agents, host keys, ssh_config with its
jump hosts. Nothing is sent here: the session does that, through the gate of the closed list.
"""

import codecs
import contextlib
import logging
import random
import subprocess
import threading
import time
from typing import Any, Final

import paramiko  # type: ignore[import-untyped]
from netmiko.cisco.cisco_asa_ssh import CiscoAsaSSH
from netmiko.exceptions import NetmikoBaseException
from nornir.core.configuration import Config
from nornir.core.inventory import Host

from nornir_ikediag.device.unreachable import Destination, explain, misconfigured
from nornir_ikediag.errors import DeviceUnreachable

PLATFORMS: Final = frozenset({"cisco_asa", "cisco_asa_ssh", "asa", "cisco_ftd", "cisco_ftd_ssh"})
CONNECTION: Final = "netmiko"  # the Nornir connection whose options are ours too
_CHUNK_BYTES: Final = 65_536
_RETRY_AFTER_SECONDS: Final = 2.0
_JUMP_END_SECONDS: Final = 5.0

# Options that would change the device, write raw text to disk, or belong to reads that we do not use.
_OURS: Final = {"device_type", "host", "ip", "secret", "verbose", "auto_connect", "allow_auto_change", "encoding"} | {
    "disable_lf_normalization",
    "session_log",
    "session_log_record_writes",
    "session_log_file_mode",
}
_DEFAULTS: Final[dict[str, Any]] = {"conn_timeout": 15, "banner_timeout": 20, "auth_timeout": 30}

# Paramiko logs a traceback for what we report in a sentence; without a handler it would land on stderr.
for _noisy in ("paramiko", "netmiko"):
    logging.getLogger(_noisy).addHandler(logging.NullHandler())


class ConnectionClosed(Exception):
    """The device, or something in between, ended the SSH session."""


class AsaConnection(CiscoAsaSSH):
    """One SSH session with a shell. It prepares nothing, reads bytes as they come, and writes what it is given."""

    _jump: paramiko.ProxyCommand | None = None

    def _open(self) -> None:
        try:
            super()._open()
        except BaseException:
            self._leave_jump_host()
            raise

    def _use_ssh_config(self, dict_arg: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = super()._use_ssh_config(dict_arg)
        self._jump = found.get("sock")
        if self._jump is not None:
            # paramiko's own close() signals a process that may be gone, from its thread: a traceback on stderr
            self._jump.close = self._jump.process.terminate
        return found

    def disconnect(self) -> None:
        """Close the connection, and end the `ssh` that carried it over a jump host."""
        super().disconnect()
        self._leave_jump_host()

    def _leave_jump_host(self) -> None:
        """paramiko leaves that process behind, with its pipes: one for every firewall of a fleet."""
        jump, self._jump = self._jump, None
        if jump is None:
            return
        jump.process.terminate()
        try:
            jump.process.wait(_JUMP_END_SECONDS)
        except subprocess.TimeoutExpired:
            jump.process.kill()
            jump.process.wait()
        for thread in threading.enumerate():
            if isinstance(thread, paramiko.Transport) and thread.sock is jump:
                thread.close()
                thread.join(_JUMP_END_SECONDS)
                if thread.is_alive():
                    return  # it still reads from the pipes
        for pipe in (jump.process.stdin, jump.process.stdout, jump.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()

    def session_preparation(self) -> None:
        """Nothing: the session prepares itself, with commands of the closed list."""

    def _try_session_preparation(self, force_data: bool = True) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def cleanup(self, command: str = "exit") -> None:
        """Nothing: netmiko would look for configuration mode."""

    def read_some(self, wait_seconds: float) -> str:
        """Whatever arrives first within the time, at most one chunk; empty when nothing does.

        Raises ConnectionClosed. A chunk has an end even where the stream has none, and a character that is split over
        two chunks is not lost.
        """
        channel: Any = self.remote_conn
        if channel is None:
            raise ConnectionClosed
        channel.settimeout(wait_seconds)
        try:
            data = channel.recv(_CHUNK_BYTES)
        except TimeoutError:
            return ""
        except (OSError, EOFError) as error:
            raise ConnectionClosed from error
        if not data:
            raise ConnectionClosed
        return self._decoder.decode(data)

    def read_channel(self) -> str:
        """What has arrived so far, without waiting, at most one chunk."""
        return self.read_some(0.0)

    def write(self, text: str) -> None:
        """Send this. Raises ConnectionClosed."""
        channel: Any = self.remote_conn
        if channel is None:
            raise ConnectionClosed
        try:
            channel.settimeout(30)
            channel.sendall(text.encode())
        except (OSError, EOFError) as error:
            raise ConnectionClosed from error

    def local_address(self) -> str | None:
        """Our address as the first hop sees it; None behind a proxy command."""
        try:
            channel: Any = self.remote_conn
            address = channel.transport.sock.getsockname()[0]
        except (AttributeError, OSError, IndexError, TypeError):
            return None
        return str(address)


def destination(host: Host, configuration: Config) -> Destination:
    """What the inventory says of this host, for the connection `netmiko`. Raises DeviceUnreachable: not an ASA."""
    parameters = host.get_connection_parameters(CONNECTION)
    if parameters.platform is not None and parameters.platform not in PLATFORMS:
        raise DeviceUnreachable(
            host.name,
            f"{host.name} was left alone: its platform is {parameters.platform}, and ikediag speaks to cisco_asa. "
            "Filter the inventory (-F platform=cisco_asa), or correct its platform.",
        )
    extras = dict(parameters.extras or {})
    settings = host.get("ikediag") or {}
    options = _DEFAULTS | {name: value for name, value in extras.items() if name not in _OURS}
    options.setdefault("ssh_config_file", configuration.ssh.config_file)
    return Destination(
        name=host.name,
        hostname=parameters.hostname or host.name,
        port=parameters.port,
        username=parameters.username or "",
        password=parameters.password,
        enable=str(extras.get("secret") or ""),
        jitter_seconds=float(settings.get("jitter_seconds", 0.3)),
        options=options,
    )


def connect(where: Destination) -> AsaConnection:
    """An open SSH session with a shell, nothing sent yet. One retry where a second try can help.

    Logins that start at the same instant trouble AAA servers, so each waits a random moment first. Raises
    DeviceUnreachable and LoginFailed, with a sentence.
    """
    for last_try in (False, True):
        time.sleep(random.uniform(0, where.jitter_seconds))  # noqa: S311  # no secret depends on it
        try:
            return _open(where)
        except (NetmikoBaseException, paramiko.SSHException, OSError, EOFError) as error:
            failure = explain(where, error)
            if last_try or not failure.passing:
                raise failure.error from None
        except (TypeError, ValueError) as error:
            raise misconfigured(where, error) from None
        time.sleep(_RETRY_AFTER_SECONDS)
    raise AssertionError("the second try returns or raises")


def _open(where: Destination) -> AsaConnection:
    return AsaConnection(
        device_type="cisco_asa",
        host=where.hostname,
        port=where.port,
        username=where.username,
        password=where.password,
        secret=where.enable,
        allow_auto_change=False,
        disable_lf_normalization=True,
        **where.options,
    )
