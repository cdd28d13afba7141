"""Mirrors omnix_desktop/sync."""
