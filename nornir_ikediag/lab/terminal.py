"""One SSH session on a simulated firewall: echo, prompts, passwords, the pager, and debug lines in between.

A debug line is written the moment it occurs, wherever the cursor is: after a prompt on the same line, between a prompt
and the echo of what is being typed, or in the middle of show output. The prompt is not repeated after it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from nornir_ikediag.lab.device import Context, Device

MORE = "<--- More --->"
PAGER_LINES = 24
INTERLEAVE_PAUSES = 12  # how often long output stops for a moment while debugging is on


class Terminal:
    """Input and output of one session. ``write`` takes text for the channel; ``close`` ends the session; ``interpret``
    carries out a line and answers with the lines of its output."""

    def __init__(
        self,
        device: Device,
        username: str,
        write: Callable[[str], None],
        close: Callable[[], None],
        interpret: "Callable[[Terminal, str], Sequence[str]]",
    ) -> None:
        self.device = device
        self.username = username
        self.write = write
        self.close = close
        self.interpret = interpret
        self.session_id = -1  # until the shell is there
        self.context: Context = next(iter(device.contexts.values()))
        self.privilege = 1
        self.configuring = False
        self.pager_lines = PAGER_LINES
        self.listening: dict[tuple[str, str], int] = {}
        self.client_address = "127.0.0.1"
        self._typed = ""
        self._skip_newline = False
        self._keys: deque[str] = deque()
        self._awaiting: Callable[[str], None] | None = None  # who takes the next line instead of the interpreter
        self._hidden = False
        self._running: asyncio.Task[None] | None = None
        self._key: asyncio.Future[str] | None = None
        self._failed_passwords = 0

    @property
    def prompt(self) -> str:
        """`fw1# `, with role and context where there are any."""
        name = self.device.hostname
        if len(self.device.contexts) > 1 and self.context.name != "system":
            name += f"/{self.context.name}"
        if self.device.role:
            name += "/pri/act" if self.device.role == "active" else "/sec/stby"
        mode = "(config)" if self.configuring else ""
        return f"{name}{mode}{'#' if self.privilege > 1 else '>'} "

    def register(self) -> None:
        """Take the lowest free session number and a place among the device's sessions."""
        taken = {s.session_id for s in sessions_of(self.device)}
        self.session_id = min(set(range(len(taken) + 1)) - taken)
        self.device.sessions.append(self)

    def start(self) -> None:
        """Greet, the way an ASA does."""
        self.write("Type help or '?' for a list of available commands.\r\n")
        self.write(f"\r{self.prompt}")

    def debug_lines(self, text: str) -> None:
        """Debug text, straight to the channel."""
        self.write("".join(f"{line}\r\n" for line in text.splitlines()))

    def feed(self, text: str) -> None:
        """What the other end typed."""
        self._keys.extend(text)
        self._take_keys()

    def _take_keys(self) -> None:
        while self._keys:
            if self._key is not None:
                if not self._key.done():
                    self._key.set_result(self._keys.popleft())
                return
            if self._running is not None:
                return
            self._take_key(self._keys.popleft())

    def _take_key(self, key: str) -> None:
        if key == "\n" and self._skip_newline:
            self._skip_newline = False
            return
        self._skip_newline = key == "\r"
        if key in "\r\n":
            line, self._typed = self._typed, ""
            self.write("\r\n")
            self._enter(line)
        elif key in "\x7f\x08":
            if self._typed:
                self._typed = self._typed[:-1]
                self.write("\b \b")
        elif key in "\x03\x15":
            self._typed = ""
            self.write(f"\r\n{self.prompt}")
        elif key.isprintable():
            self._typed += key
            self.write("*" if self._hidden else key)

    def _enter(self, line: str) -> None:
        if self._awaiting is not None:
            taker, self._awaiting, self._hidden = self._awaiting, None, False
            taker(line)
            return
        self._running = asyncio.get_running_loop().create_task(self._execute(line.strip()))
        self._running.add_done_callback(self._executed)

    def _executed(self, task: "asyncio.Task[None]") -> None:
        self._running = None
        if not task.cancelled() and task.exception() is None:
            self._take_keys()

    async def _execute(self, line: str) -> None:
        if line:
            self.device.commands.append(line)
            await self.page(self.interpret(self, line))
        if self._awaiting is None:
            self.write(f"\r{self.prompt}")

    def ask(self, question: str, taker: Callable[[str], None], *, hidden: bool = False) -> None:
        """Print a question and give the next line to ``taker``."""
        self.write(question)
        self._awaiting, self._hidden = taker, hidden

    def ready(self) -> None:
        """The prompt, after a dialogue."""
        self.write(f"\r{self.prompt}")

    def enable(self, password: str) -> None:
        """The answer to `enable`'s question. Three wrong answers end it."""
        if password == self.device.enable:
            self.privilege, self._failed_passwords = 15, 0
        else:
            self._failed_passwords += 1
            self.write("Invalid password\r\n")
            if self._failed_passwords % 3:
                self.ask("Password: ", self.enable, hidden=True)
                return
            self.write("Access denied.\r\n")
        self.ready()

    def login(self, username: str) -> None:
        """The answer to `login`'s first question."""

        def check(password: str) -> None:
            if username == self.username and password == self.device.password:
                self.privilege = 15
            else:
                self.write("Login failed\r\n")
            self.ready()

        self.ask("Password: ", check, hidden=True)

    async def page(self, lines: Sequence[str]) -> None:
        """Write output, a page at a time where the pager is on."""
        if not self.pager_lines:
            await self._write_lines(lines)
            return
        shown, room = 0, self.pager_lines - 1
        while shown < len(lines):
            await self._write_lines(lines[shown : shown + room])
            shown += room
            if shown >= len(lines):
                return
            key = await self._more()
            if key in "qQ":
                return
            room = 1 if key in "\r\n" else self.pager_lines - 1

    async def _more(self) -> str:
        self.write(MORE)
        self._key = asyncio.get_running_loop().create_future()
        if self._keys:
            self._key.set_result(self._keys.popleft())
        key = await self._key
        self._key = None
        self.write(f"\r{' ' * len(MORE)}\r")
        return key

    async def _write_lines(self, lines: Sequence[str]) -> None:
        if not self.listening:
            self.write("".join(f"{line}\r\n" for line in lines))
            return
        size = max(5, len(lines) // INTERLEAVE_PAUSES)
        for first in range(0, len(lines), size):
            self.write("".join(f"{line}\r\n" for line in lines[first : first + size]))
            await asyncio.sleep(self.device.clock.real_seconds(0.2))

    def end(self) -> None:
        """The session is over: so is its debugging, unless it was made to persist."""
        if self.context.outliving is not None:
            self.context.outliving |= {kind: level for (_, kind), level in self.listening.items()}
        self.listening.clear()
        if self._running is not None:
            self._running.cancel()
        if self in self.device.sessions:
            self.device.sessions.remove(self)


def sessions_of(device: Device) -> list[Terminal]:
    """The sessions of that device, oldest first."""
    return [s for s in device.sessions if isinstance(s, Terminal)]
