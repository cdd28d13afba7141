"""Handlers: given (command, Context) they return changes and jobs. No clock, no network, no SQL."""
