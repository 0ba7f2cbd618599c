"""No cause raises on any part of any recording, and whatever it finds is complete."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nornir_ikediag.assemble import assemble
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.causes import catalogue
from nornir_ikediag.model.verdict import CannotTell, Found, RuledOut

HERE = Path(__file__).parent
LOGS = sorted(HERE.glob("*/*/*.log"))


@pytest.mark.skipif(not LOGS, reason="no recordings")
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_cut_of_any_recording_gets_an_answer_of_every_cause(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(LOGS)).read_text(encoding="utf-8").splitlines()
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first + 1, len(lines)))
    dropped = data.draw(st.sets(st.integers(first, last - 1), max_size=5))
    text = "\n".join(line for number, line in enumerate(lines) if first <= number < last and number not in dropped)
    device = assemble(Capture(name="cut", sources=(Source(name="debug", text=text),)))
    for cause in catalogue().values():
        for subject in device.tunnels if cause.subject == "tunnel" else (device,):
            answer = cause.match(subject)
            assert isinstance(answer, Found | RuledOut | CannotTell), cause.id
            if isinstance(answer, Found) and cause.subject == "tunnel":
                assert answer.evidence, cause.id
                assert answer.summary.strip(), cause.id
                assert answer.count >= 1, cause.id
