"""Mirrors omnix_desktop/cache."""
