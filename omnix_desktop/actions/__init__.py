"""What the user can do: one @action per thing; menus, buttons, shortcuts and Ctrl+K read the
registry. Importing an area registers what it holds.
"""

from omnix_desktop.actions import (
    account,
    blocking,
    bots,
    calls,
    channels,
    conversations,
    customers,
    entries,
    integrations,
    mails,
    messages,
    people,
    transcripts,
    view,
    work,
)

AREAS = (
    conversations,
    bots,
    blocking,
    messages,
    entries,
    mails,
    transcripts,
    customers,
    work,
    calls,
    integrations,
    people,
    channels,
    view,
    account,
)

__all__ = ["AREAS"]
