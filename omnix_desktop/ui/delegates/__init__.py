"""Painting of rows and bubbles."""
