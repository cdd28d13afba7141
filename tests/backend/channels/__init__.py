"""Channels: bytes of providers to words and back."""
