"""One file per screen: keyed pages of the replica with the outbox laid over them."""
