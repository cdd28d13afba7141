"""SQLAlchemy Core, and the only package that imports it.

await migrate(owner_url, app_url, raw_url)                  schema.py: makes schema and roles; SQLite: migrate(url)
store = Store(DatabaseSettings(url, raw_url))               store.py, engine.py

async with store.begin(tenant_id) as tx:                    UnitOfWork: commits at the end of the block
    await tx.commands.seen(actor, command_id)               -> Seen(result, digest) | None
    await tx.lock(Kind, id), tx.get, tx.get_many, tx.all    entities
    await tx.next_number("interaction")
    tx.conversations, .messages, .customers, .people, .channels, .work, .catalogue, .reports      reads/<area>.py
    await tx.commands.remember(actor, command_id, digest, result, at)
    await tx.save(CommitMeta(at, what, command_id, actor), [PutEntity, DropEntity …], [NewJob …])  -> Saved
    tx.ahead(), .after(ahead), .commands.seen_among(…), .remember_all(…), .save_all([NewCommit …])   several commands
async with store.read(tenant_id) as tx:                     Reading: the same reads, all of one moment, and
    tx.journal.heads(scopes) .due(cursors, limit) .commits(ids) .after(cursors, limit); restricted(commit, scopes)
    tx.snapshots.page(scope, after_key, limit)

Both raise Conflict (somebody was first: run the command again) and Unavailable (no database, full disk).
A put reaches every scope that holds the entity already, and those that it names. A drop never deletes the row.

store.jobs.claim(kinds, limit, lease) .done(job) .retry(job, at, error) .fail(job, error) .extend(job, lease)
store.raw.append(route, headers, body)                      returns when the row and its `inbound` job are on disk
store.control: epoch, tenants by code, webhook routes, heads of many tenants
store.sessions, .credentials, .attempts, .presence, .leases, .secrets, .files
"""
