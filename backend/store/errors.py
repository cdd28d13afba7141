"""What the store raises that its callers must know."""


class Conflict(Exception):
    """Somebody else was first: roll back and run the same command again with fresh reads."""


class Unavailable(Exception):
    """The database is away, full or too busy: nothing was written, and the same may be asked again."""


class TenantUnbound(Exception):
    """A statement touches a tenant's table without binding this transaction's tenant."""


class SchemaNewer(Exception):
    """The database has been brought to a release that this one does not know."""


class SchemaMissing(Exception):
    """The database has not the schema that this release needs; `migrate` makes it."""


class Occupied(Exception):
    """Another process serves this SQLite database, which has room for one; the sentence says what to do."""


class Alone(Exception):
    """A command that shares a transaction needs more than was read for all of it: it runs by itself afterwards."""
