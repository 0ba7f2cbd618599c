"""The only place that knows where the TextFSM templates live.

In a checkout and an editable install they are the top-level folder ``templates/``; the wheel carries them inside the
package. Both hold the same files.
"""

from pathlib import Path

from nornir_ikediag.errors import TemplateError

_PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """The folder of the TextFSM templates. Raises TemplateError when the installation lost it."""
    for folder in (_PACKAGE / "templates", _PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise TemplateError(
        f"The TextFSM templates are missing: neither {_PACKAGE / 'templates'} nor {_PACKAGE.parent / 'templates'} "
        "is there. Reinstall nornir-ikediag."
    )
