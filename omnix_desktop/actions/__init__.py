"""What the user can do: one @action per thing; menus, buttons, shortcuts and Ctrl+K read the
registry.
"""
