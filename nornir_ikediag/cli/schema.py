"""`ikediag schema`: the JSON Schema of the JSON report."""

import json

from nornir_ikediag.cli._output import say


def command() -> int:
    """Print the JSON Schema of `--format json`.

    \b
    Example:
      ikediag schema > report.schema.json
    """
    from nornir_ikediag.report.json import schema

    say(json.dumps(schema(), indent=2) + "\n")
    return 0
