"""Where a value came from: the device's own line."""

import msgspec


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One line of what the device said.

    ``source`` names the text (a file, or a command's output), ``line`` counts from 1 in it, and ``text`` is that line
    after redaction. No value, and no finding, exists without one.
    """

    source: str
    line: int
    text: str
