"""Builders, clocks, virtual screen."""
