"""Scope keys say what they are about; anything else is no scope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix_protocol import scopes
from omnix_protocol.ids import UserId, new_id
from omnix_protocol.scopes import Scope, ScopeKind


def test_a_key_is_read_back() -> None:
    user = UserId(new_id())
    assert scopes.parse(scopes.agent(user)) == Scope(ScopeKind.AGENT, user)
    assert scopes.parse(scopes.TENANT) == Scope(ScopeKind.TENANT, "")


@pytest.mark.parametrize("key", ["", "queue", "queue:", "tenant:1", "galaxy:1", ":", "TENANT"])
def test_what_is_no_scope_is_none(key: str) -> None:
    assert scopes.parse(key) is None


@given(st.text(max_size=60))
def test_any_text_can_be_asked(key: str) -> None:
    scope = scopes.parse(key)
    assert scope is None or key.startswith(scope.kind)
