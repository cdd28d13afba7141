"""The invented company is the same every time, and making it again changes nothing."""

from pathlib import Path

import pytest

from backend.demo import seed
from backend.demo.seeding import PASSWORD
from backend.store.engine import DatabaseSettings
from backend.store.store import Store
from omnix_protocol import codec
from omnix_protocol.catalogue import CASE_LEVELS, TICKET_LEVELS, Category, QuickReply
from omnix_protocol.channels import ChannelAccount
from omnix_protocol.ids import TenantId
from omnix_protocol.people import User
from omnix_protocol.sign_in import SignedIn
from tests.support.backend import credentials, running, settings_for
from tests.support.stores import migrated_sqlite


@pytest.fixture
def database(tmp_path: Path) -> DatabaseSettings:
    return migrated_sqlite(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_demo_is_complete_and_made_once(tmp_path: Path, database: DatabaseSettings) -> None:
    async with running(settings_for(database, tmp_path)) as backend:
        first = await seed(backend.parts)
        assert first.fresh
        entry = await backend.parts.store.control.tenant_by_code("nusanet")
        assert entry is not None
        before = await _state(backend.parts.store, entry.tenant_id)
        again = await seed(backend.parts)
        assert not again.fresh
        assert await _state(backend.parts.store, entry.tenant_id) == before
        answer = await backend.http.post(
            "/v1/sign-in",
            content=codec.encode(credentials("sinta@nusanet.example", password=PASSWORD, tenant="nusanet")),
        )
        assert codec.decode(answer.content, SignedIn).user_name == "Sinta Puspita"
        page = await backend.http.get("/chat/nusanet")
        assert "Nusanet Care" in page.text


async def _state(store: Store, tenant_id: TenantId) -> dict[str, object]:
    async with store.read(tenant_id) as tx:
        customers = await tx.customers.page(None, 500)
        categories = await tx.all(Category)
        quick_replies = await tx.all(QuickReply)
        accounts = await tx.all(ChannelAccount)
        users = await tx.all(User)
        heads = await tx.journal.heads(["tenant", f"agent:{users[0].id}"])
    assert len(customers) == 60
    assert all(customer.phones for customer in customers)
    assert {category.level for category in categories} == set(range(1, CASE_LEVELS + 1))
    assert TICKET_LEVELS in {category.level for category in categories}
    assert len(quick_replies) == 20
    assert sorted(account.kind for account in accounts) == ["telegram", "webchat"]
    return {"customers": customers, "accounts": accounts, "users": users, "tenant": heads["tenant"]}
