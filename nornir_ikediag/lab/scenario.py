"""What an end of the lab is, and how the ends are found.

Every ``ends/<name>.py`` has one ``SCENARIO``. The name of the end is the name of the file, with ``-`` for ``_``:
adding an end is adding one file. An end says three things: what is configured and which SAs exist when somebody logs
in (``prepare``), what happens then and how it ends (``play``), and which cause a diagnosis is expected to name first.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from nornir_ikediag.errors import UsageError

if TYPE_CHECKING:
    from nornir_ikediag.lab.device import Context, Device


@dataclass(frozen=True)
class Occasion:
    """Wait for the next time that something would happen by itself, at most ``seconds``.

    A lab is for looking at, so the occasion also comes when somebody opens a debug: three seconds later.
    """

    seconds: float


Script: TypeAlias = Iterator["float | Occasion"]
"""What happens on a device over time: yields device seconds to wait, or an :class:`Occasion`."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One end. ``cause`` is the id of the finding that has to come first, or None where nothing is above info.

    ``prepare(device, size)`` configures the device and gives it its SAs; ``size`` is a number that the user may set
    (`hub-quiet:200`) and most ends ignore. ``play(context)`` runs for as long as the lab does, once in every context.
    """

    title: str
    description: str
    cause: str | None
    prepare: "Callable[[Device, int], None]"
    play: "Callable[[Context], Script] | None" = None
    size: int = 1
    name: str = ""


@cache
def scenarios() -> Mapping[str, Scenario]:
    """All ends by name, in order of their names."""
    package = importlib.import_module("nornir_ikediag.lab.ends")
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            scenario: Scenario = importlib.import_module(f"{package.__name__}.{module.name}").SCENARIO
            name = module.name.replace("_", "-")
            found[name] = Scenario(**{**vars(scenario), "name": name})
    return dict(sorted(found.items()))


def resolve(name: str) -> tuple[Scenario, int]:
    """The end of that name and its size: ``hub-quiet:200`` is a hub of 200 tunnels. Raises UsageError."""
    stem, _, size = name.partition(":")
    scenario = scenarios().get(stem)
    if scenario is None:
        raise UsageError(f"The lab has no end named '{stem}'. It has: {', '.join(scenarios())}.")
    if size and not (size.isdecimal() and int(size) > 0):
        raise UsageError(f"'{size}' in '{name}' is no size: give a number, such as '{stem}:200'.")
    return scenario, int(size) if size else scenario.size
