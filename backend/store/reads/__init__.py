"""Reads by area: what handlers and answers ask of the tables, each bound to its tenant."""
