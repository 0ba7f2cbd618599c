"""The log of what went wrong inside ikediag itself: a rotating file that only its owner reads, secrets taken out."""

import io
import os
import traceback
from logging import Formatter, LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from nornir_ikediag.redact import redact_text

_BYTES = 512 * 1024
_KEPT = 3


class _PrivateFile(RotatingFileHandler):
    """Rotated files keep their mode; new ones are created with 0600, whatever the umask."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return io.TextIOWrapper(io.FileIO(descriptor, "ab"), encoding="utf-8", errors="backslashreplace")


def location() -> Path:
    """Where the log is, whether or not there is one yet."""
    return Path(platformdirs.user_log_dir("ikediag", appauthor=False)) / "ikediag.log"


def record(error: BaseException) -> str:
    """Write the error with its traceback to the log; the sentence to say about it. Never raises."""
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {Path(frame[0].filename).name}:{frame[0].lineno}" if frame else ""
    said = f"This is an error of ikediag itself ({type(error).__name__}{place})."
    path = location()
    try:
        text, _ = redact_text("".join(traceback.format_exception(error)))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = _PrivateFile(path, maxBytes=_BYTES, backupCount=_KEPT)
        handler.setFormatter(Formatter("%(asctime)s %(message)s"))
        handler.emit(LogRecord("ikediag", 40, __file__, 0, text, None, None))
        handler.close()
    except Exception:  # noqa: BLE001 - the sentence must go out even when the log cannot be written
        return f"{said} The log {path} could not be written."
    return f"{said} What happened is in {path}; please report it with that."
