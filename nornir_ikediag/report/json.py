"""The report as JSON, schema ``nornir-ikediag/report/1``: every key present, unknown is null, indented by two."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from nornir_ikediag.model.report import SCHEMA, Report
from nornir_ikediag.report import Paper

# JSON lets them stand; a terminal would obey them.
_OBEYED_BY_TERMINALS = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def render(report: Report, paper: Paper) -> str:
    """The whole report, whatever the paper."""
    del paper
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return _OBEYED_BY_TERMINALS.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every report validates against. Every key is required."""
    (_, components) = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    top = _strict(components.pop("Report"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        **top,
        "title": SCHEMA,
        "$defs": {name: _strict(definition) for name, definition in sorted(components.items())},
    }


def _strict(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as we write it: all keys present, the name of the schema fixed."""
    strict = dict(definition)
    if "properties" in strict:
        properties = {name: _written(dict(value)) for name, value in strict["properties"].items()}
        strict |= {"properties": properties, "required": sorted(properties)}
        if "schema" in properties:
            properties["schema"] = {"const": SCHEMA}
    strict["description"] = str(strict.get("description", "")).replace("``", "")
    return strict


def _written(value: dict[str, Any]) -> dict[str, Any]:
    value.pop("default", None)
    return value
