"""Widgets, and nothing that is not a widget."""
