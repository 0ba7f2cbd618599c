"""The simulated time of a lab: one clock, which may run faster than the wall."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """``speed`` device seconds pass in one real second. Whatever a device prints or awaits uses this clock."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._began = time.monotonic()
        self._at = datetime.now(UTC)

    def elapsed_seconds(self) -> float:
        """Device seconds since the lab was started."""
        return (time.monotonic() - self._began) * self.speed

    def at(self, seconds: float) -> datetime:
        """The device's time of day at that many device seconds after the start (negative: before it)."""
        return self._at + timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The device's time of day."""
        return self.at(self.elapsed_seconds())

    def real_seconds(self, device_seconds: float) -> float:
        """How long to really wait for that many device seconds."""
        return max(0.0, device_seconds) / self.speed
