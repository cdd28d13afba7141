"""Which scopes, cursors, snapshots, revocation; the only caller of cache.replica."""
