"""Bytes at the door: routes, sockets, webhooks, sign-in, secrets, files."""
