"""Leaves: bytes to protocol words and back. CHANNELS lists them; each is independent of the
others.
"""
