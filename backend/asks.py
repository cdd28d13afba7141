"""The same door for queries and for follows: entitlement, then a read-only transaction."""
