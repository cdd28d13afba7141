"""What the user can do: one @action per thing; menus, buttons, shortcuts and Ctrl+K read the
registry. Importing an area registers what it holds.
"""

from omnix_desktop.actions import account, conversations, customers, messages, view, work

AREAS = (conversations, messages, customers, work, view, account)

__all__ = ["AREAS"]
