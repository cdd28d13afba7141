"""Mirrors omnix_desktop/."""
