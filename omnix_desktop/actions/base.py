"""Action and the registry: one entry per thing that a user can do."""

from collections.abc import Awaitable, Callable

import msgspec

from omnix_desktop.actions.place import Place
from omnix_desktop.models.why import Why

Runs = Callable[[Place], Awaitable[None] | None]


Enabled = Callable[[Place], Why | None]


class Action(msgspec.Struct, frozen=True):
    """What a user can do. Its label is `actions.<id>`, dots as they are."""

    id: str
    run: Runs
    icon: str = ""
    shortcut: str = ""
    enabled_when: Enabled | None = None
    in_palette: bool = True
    everywhere: bool = False  # before anybody has signed in, too

    @property
    def label(self) -> str:
        return f"actions.{self.id}"

    def refusal(self, place: Place) -> Why | None:
        return self.enabled_when(place) if self.enabled_when else None


ACTIONS: dict[str, Action] = {}


def action(
    id: str,  # noqa: A002  # what it is
    *,
    icon: str = "",
    shortcut: str = "",
    enabled_when: Enabled | None = None,
    in_palette: bool = True,
    everywhere: bool = False,
) -> Callable[[Runs], Runs]:
    """Register what the function does under an id."""

    def register(run: Runs) -> Runs:
        if id in ACTIONS:
            raise ValueError(f"There are two actions {id!r}.")
        taken = next((known.id for known in ACTIONS.values() if shortcut and known.shortcut == shortcut), None)
        if taken is not None:
            raise ValueError(f"{id!r} and {taken!r} have the same shortcut {shortcut!r}.")
        ACTIONS[id] = Action(id, run, icon, shortcut, enabled_when, in_palette, everywhere)
        return run

    return register


def first_refusal(*conditions: Enabled) -> Enabled:
    """All of these must allow it; the first that does not says why."""

    def refusal(place: Place) -> Why | None:
        return next((why for condition in conditions if (why := condition(place)) is not None), None)

    return refusal
