"""One session on one firewall: log in, ask, listen. Whatever is sent passes the gate of the closed list.

netmiko's own reads take anything that looks like a prompt, and then return one command's output for another's, or
throw away what they read. Here a command is over when :mod:`~nornir_ikediag.device.reader` says so.
"""

import time
from datetime import UTC, datetime
from typing import Final

import msgspec

from nornir_ikediag.device import login, transcript
from nornir_ikediag.device.commands import allowed, is_name
from nornir_ikediag.device.connection import AsaConnection, ConnectionClosed, connect
from nornir_ikediag.device.reader import AnswerReader
from nornir_ikediag.device.transcript import Prompt
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.errors import CommandForbidden, CommandRefused, DeviceUnreachable, OutputIncomplete
from nornir_ikediag.redact import redact_text

_RESYNCHRONISE_SECONDS: Final = 10.0


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait. ``silence_seconds``: without a byte; ``command_seconds``: for all of one answer."""

    login_seconds: float = 45.0
    silence_seconds: float = 30.0
    command_seconds: float = 300.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, redacted, without echo and prompt. ``complete`` False: time or the session ran out."""

    command: str
    text: str
    started_at: datetime
    ended_at: datetime
    complete: bool = True
    refused: bool = False
    redactions: int = 0


def now() -> datetime:
    """The time, to the second, as every text of ours bears it."""
    return datetime.now(UTC).replace(microsecond=0)


class AsaSession:
    """A privileged session without a pager. Close it after use: an ASA has five of them a context."""

    def __init__(self, where: Destination, *, context: str | None = None, patience: Patience | None = None) -> None:
        self.where = where
        self.name = where.name
        self.context = context
        self.patience = patience or Patience()
        self.alive = False
        self.login_answers: tuple[Answer, ...] = ()
        self._prompt: Prompt | None = None
        self._connection: AsaConnection | None = None

    def open(self) -> None:
        """Log in, become privileged, switch the pager off, go to the context.

        Raises DeviceUnreachable, LoginFailed, or CommandRefused when there is no such context.
        """
        self._connection = connect(self.where)
        self._prompt = None
        self.alive = True
        try:
            self._prepare()
        except ConnectionClosed:
            self.close()
            raise DeviceUnreachable(
                self.name, f"{self.name} closed the session right after the login. Look at its log, and try again."
            ) from None
        except BaseException:
            self.close()
            raise

    def reopen(self) -> None:
        """Leave this session, however it is, and open a new one. Raises as :meth:`open`."""
        self.close()
        self.open()

    def close(self) -> None:
        """Say goodbye if anybody listens, and close the connection. Raises nothing."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self.alive:
            try:
                connection.write("exit\n")
                connection.read_some(0.2)
            except ConnectionClosed:
                pass
        self.alive = False
        connection.disconnect()

    @property
    def prompt(self) -> Prompt:
        """The host's prompt as it was last seen. Raises OutputIncomplete before the login."""
        if self._prompt is None:
            raise self._gone()
        return self._prompt

    def local_address(self) -> str | None:
        """Our end of the connection."""
        return self._connection.local_address() if self._connection else None

    def command(self, command: str) -> Answer:
        """Send one command and wait for all that it prints.

        Raises CommandForbidden before anything is sent, and OutputIncomplete when the session is no more. When it ends
        meanwhile, what it said until then is in the answer, with ``complete`` False.
        """
        connection = self._gate(command)
        started_at = now()
        reader = AnswerReader(command, self._prompt)
        complete = False
        try:
            connection.write(f"{command}\n")
            complete = self._listen(connection, reader)
            if not complete:
                self._resynchronise(connection)
        except ConnectionClosed:
            self.alive = False
        if reader.seen is not None:
            self._learn(reader.seen, anew=command.startswith("changeto"))
        raw = reader.text()
        text, redactions = redact_text(transcript.body(raw, command, self._prompt) if self._prompt else "")
        return Answer(
            command=command,
            text=text,
            started_at=started_at,
            ended_at=now(),
            complete=complete,
            refused=transcript.refused(text, among_debugs=command.startswith(("debug ", "no debug "))),
            redactions=redactions,
        )

    def read_some(self, wait_seconds: float) -> str:
        """Raw text that arrives by itself. Raises OutputIncomplete when the session is no more."""
        if self._connection is None or not self.alive:
            raise self._gone()
        try:
            return self._connection.read_some(wait_seconds)
        except ConnectionClosed:
            self.alive = False
            raise self._gone() from None

    def _gone(self) -> OutputIncomplete:
        return OutputIncomplete(
            self.name, f"The SSH session with {self.name} ended before the work was done. Try again."
        )

    def _gate(self, command: str) -> AsaConnection:
        if not allowed(command):
            raise CommandForbidden(self.name, "A command outside the closed list was to be sent; nothing was sent.")
        if self._connection is None or not self.alive:
            raise self._gone()
        return self._connection

    def _prepare(self) -> None:
        connection = self._connection
        assert connection is not None  # noqa: S101  # open() has just made it
        login.await_prompt(connection, self.where, self.patience.login_seconds)
        answers = [self.command("show curpriv")]
        if self._prompt is None:
            raise DeviceUnreachable(
                self.name, f"{self.name} does not answer commands after the login. Try: ssh {self.where.hostname}."
            )
        if not self.prompt.privileged:
            login.become_privileged(connection, self.where, self.prompt, self.patience.login_seconds)
            answers.append(self.command("show curpriv"))
        self.command("terminal pager 0")  # where that is not authorized, the reader turns the pages
        if self.context:
            self._go_to(self.context)
        self.login_answers = tuple(answers[-1:])

    def _go_to(self, context: str) -> None:
        if not is_name(context):
            raise CommandRefused(
                self.name, f"{context!r} is no name of a context. Check --context or data.ikediag.context."
            )
        if self.command(f"changeto context {context}").refused:
            raise CommandRefused(
                self.name,
                f"{self.name} has no context {context}, or does not let us go there (changeto context {context}). "
                "Check --context or data.ikediag.context, and log in to the admin context.",
            )

    def _learn(self, seen: str, *, anew: bool) -> None:
        if self._prompt is None or anew:
            self._prompt = Prompt(seen)
        else:
            self._prompt.text = seen

    def _listen(self, connection: AsaConnection, reader: AnswerReader) -> bool:
        """Read until the answer is over; False when it is not within our patience."""
        begun = heard = time.monotonic()
        while True:
            chunk = connection.read_some(reader.wait_seconds())
            at = time.monotonic()
            if chunk:
                heard = at
                reader.take(chunk)
                if reader.waits_at_pager():
                    connection.write(" ")
            if reader.over(at - heard):
                return True
            if at - heard > self.patience.silence_seconds or at - begun > self.patience.command_seconds:
                return False

    def _resynchronise(self, connection: AsaConnection) -> None:
        """After an answer that did not end: an empty line brings the prompt back, or the session is lost."""
        connection.write("\n")
        tail, until = "", time.monotonic() + min(_RESYNCHRONISE_SECONDS, self.patience.silence_seconds)
        while time.monotonic() < until:
            chunk = connection.read_some(0.5)
            tail = (tail + chunk)[-512:]
            if not chunk and self._prompt is not None and self._prompt.at_end_of(tail):
                return
        self.alive = False
