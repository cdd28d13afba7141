"""Typing, viewing: in and out at once or not at all, never stored."""

from collections.abc import Callable

from omnix_desktop.ports import Unsubscribe
from omnix_desktop.sync.connection import Connection
from omnix_protocol import codec
from omnix_protocol.base import Pulse
from omnix_protocol.frames import Pulsed, SendPulse


class LivePulses:
    """The port Pulses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._subscribers: tuple[Callable[[Pulse], None], ...] = ()

    def send(self, pulse: Pulse) -> None:
        self._connection.send(SendPulse(type=type(pulse).__name__, body=codec.raw(pulse)))

    def subscribe(self, callback: Callable[[Pulse], None]) -> Unsubscribe:
        self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            self._subscribers = tuple(known for known in self._subscribers if known is not callback)

        return unsubscribe

    def received(self, frame: Pulsed) -> None:
        try:
            pulse = codec.pulse(frame.type, frame.body)
        except (codec.UnknownType, codec.Malformed):
            return  # of a newer release; it matters only now
        for callback in self._subscribers:
            callback(pulse)
