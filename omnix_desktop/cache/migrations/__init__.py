"""Schema steps of local.db only; cache.db is dropped and fetched again when its fingerprint
changes.
"""
