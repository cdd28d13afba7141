"""Mirrors backend/."""
