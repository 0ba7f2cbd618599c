"""Our errors. Each is a sentence that names the host, the command or the file and line, and the next step.

``IkediagError`` is the root: nothing else leaves a public function. The text of an error never holds device output,
credentials or a traceback, because it ends up in logs and reports.
"""


class IkediagError(Exception):
    """Anything that we report ourselves. ``cause`` is the id of the finding that stands for it in a report, if any."""

    cause: str | None = None


class UsageError(IkediagError):
    """The command line, an option or a setting asks for something impossible."""


class InputError(IkediagError):
    """A file or stdin could not be read, or is no device output at all."""


class TemplateError(IkediagError):
    """A TextFSM template is missing or faulty: an installation problem, never the device's."""


class DeviceError(IkediagError):
    """Something between us and one device. ``host`` is its inventory name."""

    def __init__(self, host: str, message: str) -> None:
        super().__init__(message)
        self.host = host


class DeviceUnreachable(DeviceError):
    """No SSH session: name resolution, route, port, key exchange, host key."""

    cause = "device-unreachable"


class LoginFailed(DeviceError):
    """The device refused the credentials or `enable`."""

    cause = "login-failed"


class CommandRefused(DeviceError):
    """The device refused a command: authorization or syntax."""

    cause = "command-refused"


class CommandForbidden(DeviceError):
    """A command that is not on the closed list of what we may send. A defect of ours; nothing was sent."""


class OutputIncomplete(DeviceError):
    """The device did not come back to its prompt in time, or the session died while it was talking."""

    cause = "output-incomplete"


class WindowRefused(DeviceError):
    """A debug window was not opened because the preflight says that it would not be safe or would not show anything."""

    def __init__(self, host: str, message: str, cause: str | None = None) -> None:
        super().__init__(host, message)
        self.cause = cause
