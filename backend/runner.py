"""The only door for commands: actor, repeat, entitlement, transaction, handler, journal, wake,
result.
"""
