"""Frames and bodies of every released version, kept as they were on the wire."""
