"""The encrypted files on this machine: cache.db (replica, disposable) and local.db (drafts,
outbox, layout: precious). Knows no Qt.
"""
