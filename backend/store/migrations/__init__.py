"""Expand, then contract one release later."""
