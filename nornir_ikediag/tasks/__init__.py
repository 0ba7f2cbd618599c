"""What a Nornir user runs: plain functions ``(task, *, …) -> Result`` that return and never raise.

`collect_state` sends show commands only, `collect_debug` opens a debug window, `diagnose` opens one if the state does
not tell. `sweep` takes back what a window of a killed process left on.
"""

from nornir_ikediag.tasks.collect_debug import collect_debug
from nornir_ikediag.tasks.collect_state import collect_state
from nornir_ikediag.tasks.diagnose import diagnose
from nornir_ikediag.tasks.sweep import sweep

__all__ = ["collect_debug", "collect_state", "diagnose", "sweep"]
