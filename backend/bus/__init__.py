"""'This scope has grown': in-process or NATS; carries keys, never data."""

from backend.bus.base import Bus, Ended, Grown, Hint, Listener, Pulsing
from backend.bus.in_process import InProcessBus
from backend.bus.nats import NatsBus

__all__ = ["Bus", "Ended", "Grown", "Hint", "InProcessBus", "Listener", "NatsBus", "Pulsing", "open_bus"]


def open_bus(url: str) -> Bus:
    """The bus that the settings name; no address: this process only."""
    return NatsBus(url) if url else InProcessBus()
