"""Every kind of channel takes part; what it does not take part in is declared, with a reason, and truly lacking."""

from pathlib import Path

import pytest

from backend.channels import BY_KIND
from omnix_protocol.channels import Capabilities
from tests.contract import providers
from tests.contract.provider import CASES, OPENINGS, PROVIDERS, Can, Case, Failing, Provider

assert providers.__all__
TESTS = ("test_coming_in.py", "test_going_out.py")
DONE_BY: dict[Case, str] = {
    Can.TEXT: "says", Can.SEND: "sent", Can.MEDIA_IN: "shows", Can.MEDIA_OUT: "files", Can.DELIVERED: "receipts",
    Can.READ: "receipts", Can.EDIT: "edits", Can.DELETE: "takes_back", Can.REACTION: "reacts", Can.WEBHOOK: "forged",
    Can.REPEAT: "disturbed", Can.REORDER: "disturbed",
    Failing.REFUSED: "fails", Failing.THROTTLED: "fails", Failing.REVOKED: "fails", Failing.BROKEN: "fails",
}  # fmt: skip
"""What a provider does for each case; for the time of its messages, nothing."""
UNTRIED = {
    ("line", Can.MEDIA_OUT): "LINE fetches files by https only: see test_line_wire.py.",
    ("voice", Can.EDIT): "A call changes by its next event, and not by anybody's edit.",
}
"""What a channel offers, and no provider of the suite has."""


def of_kind(kind: str) -> dict[str, type[Provider]]:
    """By their names; a bot's customer writes at an account of another kind."""
    return {name: it for name, it in PROVIDERS.items() if kind == (name if name in BY_KIND else it.kind)}


def offered(told: Capabilities) -> set[Case]:
    """Of what capabilities speak of; what customers change and what they take back is one word there."""
    words = {
        Can.SEND: told.text_max > 0,
        Can.READ: "read" in told.receipts,
        Can.DELIVERED: "delivered" in told.receipts,
        Can.MEDIA_OUT: told.attachments,
        Can.EDIT: told.edits,
    }
    return {case for case, there in words.items() if there}


def taken_part_in(kind: str) -> set[Case]:
    """In the same words."""
    found = set().union(*(CASES - it.lacks.keys() for it in of_kind(kind).values()))
    if Can.DELETE in found:
        found.add(Can.EDIT)
    return found & {Can.SEND, Can.READ, Can.DELIVERED, Can.MEDIA_OUT, Can.EDIT}


def test_every_channel_is_here() -> None:
    assert all(of_kind(kind) for kind in BY_KIND)
    assert OPENINGS.keys() == PROVIDERS.keys()


def test_what_a_channel_lacks_is_lacking_for_a_reason() -> None:
    for name, provider in PROVIDERS.items():
        assert provider.lacks.keys() <= CASES
        assert all(reason.endswith(".") for reason in provider.lacks.values()), name


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_a_channel_takes_part_in_all_that_it_offers_and_in_no_more(kind: str) -> None:
    untried = {case for name, case in UNTRIED if name == kind}
    assert taken_part_in(kind) == offered(BY_KIND[kind].capabilities) - untried


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in UNTRIED}))
def test_what_is_untried_is_offered(kind: str) -> None:
    assert {case for name, case in UNTRIED if name == kind} <= offered(BY_KIND[kind].capabilities)


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_what_a_provider_has_it_does_and_what_it_lacks_it_does_not(name: str) -> None:
    provider = PROVIDERS[name]
    has = {does for case, does in DONE_BY.items() if case not in provider.lacks}
    assert all(getattr(provider, does) is not getattr(Provider, does) for does in has)
    assert (
        not {does for case, does in DONE_BY.items() if does not in has and case is not Can.TEXT} & vars(provider).keys()
    )


def test_every_case_is_tried() -> None:
    said = "".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in TESTS)
    assert all(f"{type(case).__name__}.{case.name}" in said for case in CASES)
