"""SQLite's second lock: a statement on a tenant's table that does not bind this transaction's tenant is rejected.

The check reads the SQL as the driver gets it, once per text, so nothing that goes to the database escapes it.
Every mention of a tenant's table needs a `tenant_id = ?` of its own, an insert a `?` for its first column.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backend.store import tables
from backend.store.errors import TenantUnbound
from backend.store.tables.base import of_tenants

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_MENTION = re.compile(r"\b(FROM|JOIN|UPDATE|INTO|,)\s+\"?(\w+)\"?(?![\w.])(?:\s+AS\s+\"?(\w+)\"?)?", re.IGNORECASE)
_BIND = re.compile(r"\"?(\w+)\"?\.tenant_id = (\?)", re.IGNORECASE)
_INSERT = re.compile(r"INSERT INTO \"?(\w+)\"? \(([^)]*)\)\s*(?:VALUES \((\?)|SELECT (\?))", re.IGNORECASE)

RAW = "raw"
"""Instead of a tenant: the raw inbox's own transaction, which inserts for many and can do nothing else."""

_GUARDED = of_tenants()
assert tables.metadata.tables, "the tables are declared"


@dataclass(frozen=True, slots=True)
class _Plan:
    positions: tuple[int, ...] = ()  # of the parameters that must be the tenant
    stride: int = 0  # an insert of many rows binds the tenant again after so many parameters
    fault: str = ""


def check(sql: str, parameters: Sequence[Any], many: bool, tenant: str | None) -> None:
    """Raises TenantUnbound where this may touch rows of another tenant."""
    if tenant == RAW and sql.startswith(("INSERT INTO raw_inbox ", "INSERT INTO jobs ")):
        return
    plan = _plan(sql)
    if plan.fault:
        raise TenantUnbound(f"{plan.fault}: {sql[:300]}")
    if not plan.positions:
        return
    for row in parameters if many else (parameters,):
        _bound(plan, row, tenant, sql)


def _bound(plan: _Plan, row: Sequence[Any], tenant: str | None, sql: str) -> None:
    places = range(plan.positions[0], len(row), plan.stride) if plan.stride else plan.positions
    if any(row[place] != tenant for place in places):
        raise TenantUnbound(f"bound to another tenant than the transaction's: {sql[:300]}")


@lru_cache(maxsize=4096)
def _plan(sql: str) -> _Plan:
    text = _LITERAL.sub(lambda literal: "_" * len(literal.group()), sql)
    insert = _INSERT.match(text)
    into = re.match(r"INSERT(?: OR \w+)? INTO \"?(\w+)", text, re.IGNORECASE)
    if into and into.group(1) in _GUARDED:
        return _insert_plan(text, insert)
    return _search_plan(text)


def _insert_plan(text: str, insert: re.Match[str] | None) -> _Plan:
    if insert is None or insert.group(2).split(",")[0].strip().strip('"') != "tenant_id":
        return _Plan(fault="an insert whose first column is not a bound tenant_id")
    if insert.group(4):
        return _Plan(positions=(0,))
    values = re.split(r"\sON CONFLICT|\sRETURNING", text[insert.start(3) - 1 :])[0]
    if re.search(r"\),\s*\(", values) is None:
        return _Plan(positions=(0,))
    columns = insert.group(2).count(",") + 1
    if values.count("?") % columns:
        return _Plan(fault="an insert of rows with values that are not bound")
    return _Plan(positions=(0,), stride=columns)


def _search_plan(text: str) -> _Plan:
    mentions = Counter(alias or name for _, name, alias in _MENTION.findall(text) if name in _GUARDED)
    if not mentions:
        return _Plan()
    binds: Counter[str] = Counter()
    positions: list[int] = []
    for bind in _BIND.finditer(text):
        if bind.group(1) in mentions:
            binds[bind.group(1)] += 1
            positions.append(text.count("?", 0, bind.start(2)))
    if missing := sorted(mentions - binds):
        return _Plan(fault=f"no tenant bound for {', '.join(missing)}")
    return _Plan(positions=tuple(positions))
