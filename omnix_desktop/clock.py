"""The server's time as this machine sees it; shown to people, decides nothing."""

import time
from datetime import UTC, datetime


class ServerClock:
    """This machine's clock, corrected by what the server said at hello.

    Between two hellos it runs on the monotonic clock, so that somebody who sets the machine's
    time does not move the countdowns on the screen.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()  # noqa: TID251  # its home

    def hello(self, server_seconds: float, round_trip: float = 0.0) -> None:
        """The server said its time (Unix seconds); half of the round trip has passed since."""
        self._offset = server_seconds + round_trip / 2 - time.monotonic()

    def seconds(self) -> float:
        """The server's time as Unix seconds."""
        return self._offset + time.monotonic()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)
