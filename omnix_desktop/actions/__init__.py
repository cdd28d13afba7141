"""What the user can do: one @action per thing; menus, buttons, shortcuts and Ctrl+K read the
registry. Importing an area registers what it holds.
"""

from omnix_desktop.actions import account, conversations, customers, messages, people, view, work

AREAS = (conversations, messages, customers, work, people, view, account)

__all__ = ["AREAS"]
