"""A simulated ASA fleet on loopback SSH: what the demo shows, and what the tests log in to.

``serve(names)`` runs any number of firewalls, each with its own scenario (``scenarios()`` lists them).
"""

from nornir_ikediag.lab.host import LabHost
from nornir_ikediag.lab.scenario import Scenario, scenarios
from nornir_ikediag.lab.server import Lab, serve

__all__ = ["Lab", "LabHost", "Scenario", "scenarios", "serve"]
