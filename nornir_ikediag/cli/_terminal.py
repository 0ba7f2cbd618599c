"""Sentences of our own on a terminal: folded between words. In a pipe, and of what devices said, nothing is."""

import shutil
import textwrap
from typing import TextIO


def fitted(text: str, stream: TextIO) -> str:
    """The text for that stream: on a terminal every line folded to its width, what is folded indented by two."""
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        if len(line) > width
        else line
        for line in text.split("\n")
    )
