"""The rules with numbers, each at its edges (promise 7)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix_protocol import rules
from omnix_protocol.channels import Capabilities
from omnix_protocol.ids import new_id
from omnix_protocol.messages import DeliveryState
from omnix_protocol.people import Role, Rules, User
from omnix_protocol.rules import Urgency

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
states = st.sampled_from(list(DeliveryState))


@given(states, st.lists(states))
def test_a_delivery_state_never_moves_back(start: DeliveryState, reports: list[DeliveryState]) -> None:
    order = [DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN, DeliveryState.SENT]
    order += [DeliveryState.FAILED, DeliveryState.DELIVERED, DeliveryState.READ]
    current = start
    for report in reports:
        following = rules.next_delivery_state(current, report)
        if current in order:
            assert order.index(following) >= order.index(current)
        else:
            assert following == current
        current = following


def test_a_failure_that_the_network_tells_later_is_shown_and_an_older_word_does_not_hide_it() -> None:
    assert rules.next_delivery_state(DeliveryState.SENT, DeliveryState.FAILED) == DeliveryState.FAILED
    assert rules.next_delivery_state(DeliveryState.FAILED, DeliveryState.SENT) == DeliveryState.FAILED
    assert rules.next_delivery_state(DeliveryState.FAILED, DeliveryState.DELIVERED) == DeliveryState.DELIVERED


def test_a_receipt_resolves_what_was_uncertain() -> None:
    assert rules.next_delivery_state(DeliveryState.UNCERTAIN, DeliveryState.DELIVERED) == DeliveryState.DELIVERED
    assert rules.next_delivery_state(DeliveryState.DELIVERED, DeliveryState.FAILED) == DeliveryState.DELIVERED


def test_what_was_sent_may_still_turn_out_not_to_have_arrived() -> None:
    assert rules.next_delivery_state(DeliveryState.SENT, DeliveryState.FAILED) == DeliveryState.FAILED
    assert rules.next_delivery_state(DeliveryState.FAILED, DeliveryState.SENT) == DeliveryState.FAILED


@pytest.mark.parametrize(("own", "expected"), [(None, 8), (0, 0), (3, 3)])
def test_a_users_own_limit_goes_before_the_tenants(own: int | None, expected: int) -> None:
    user = User(id=new_id(), version=1, name="S", email="s@x", role=Role.AGENT, pick_up_limit=own)
    assert rules.pick_up_limit(Rules(pick_up_limit=8), user) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [(61, Urgency.CALM), (60, Urgency.CALM), (59, Urgency.SOON), (0, Urgency.SOON), (-1, Urgency.LATE)],
)
def test_due_is_soon_in_the_last_minute_and_late_after_it(left: int, expected: Urgency) -> None:
    assert rules.due_urgency(NOW + timedelta(seconds=left), NOW) is expected


@pytest.mark.parametrize(
    ("waited", "expected"), [(179, Urgency.CALM), (180, Urgency.SOON), (299, Urgency.SOON), (300, Urgency.LATE)]
)
def test_a_wait_is_judged_by_the_tenants_numbers(waited: int, expected: Urgency) -> None:
    assert rules.wait_urgency(Rules(), NOW - timedelta(seconds=waited), NOW) is expected


def test_a_window_counts_from_the_customers_last_message() -> None:
    whatsapp = Capabilities(text_max=4096, reply_window_seconds=86_400)
    assert rules.window_closes_at(whatsapp, NOW) == NOW + timedelta(hours=24)
    assert rules.window_closes_at(whatsapp, None) is None
    assert rules.window_closes_at(Capabilities(text_max=4096), NOW) is None


def test_a_message_returns_to_its_agent_until_the_grace_ends() -> None:
    assert rules.returns_to_agent(Rules(grace_seconds=900), NOW - timedelta(seconds=900), NOW)
    assert not rules.returns_to_agent(Rules(grace_seconds=900), NOW - timedelta(seconds=901), NOW)


def test_the_smaller_text_limit_counts() -> None:
    assert rules.text_limit(Rules(message_max=4096), Capabilities(text_max=1000)) == 1000
    assert rules.text_limit(Rules(message_max=500), Capabilities(text_max=1000)) == 500


@given(st.text(max_size=2000))
def test_a_preview_is_one_short_line(text: str) -> None:
    line = rules.preview(text, ("bukti.jpg",))
    assert len(line) <= rules.PREVIEW_LENGTH
    assert "\n" not in line
    assert line


def test_a_preview_names_the_first_file_where_there_is_no_text() -> None:
    assert rules.preview(" ", ("bukti.jpg", "lagi.jpg")) == "bukti.jpg"
    assert rules.preview(" ") == ""


@pytest.mark.parametrize(("subject", "answer"), [("Halo", "Re: Halo"), ("RE: Halo", "RE: Halo"), ("", "Re:")])
def test_an_answer_says_so_once(subject: str, answer: str) -> None:
    assert rules.reply_subject(subject) == answer


@pytest.mark.parametrize(
    "address",
    [
        "a@x.id",
        "a_b+c@x.id",
        "siti.josé@x.id",
        "संपर्क@डाटामेल.भारत",
        "пошта@приклад.укр",
        "a@münchen.de",
        f"{'é' * 64}@x.id",
    ],
)  # fmt: skip
def test_a_customers_address_is_of_any_letters(address: str) -> None:
    assert rules.is_customers_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@", "@x.id", "a b@x.id", "a@x..id", "a@b@x.id", "a,b@x.id", "<a@x.id>", "a@x.id\n", 'a"b@x.id',
        "a\u00adb@x.id", "a\u200bb@x.id", "a\u00a0b@x.id", "a\u3164b@x.id", "a\ufe0fb@x.id",
        "a\U000e0041b@x.id", "a\ud800b@x.id",
        f"a@{'é' * 70}.id", "a@x\u061c.id", f"{'é' * 65}@x.id", f"a@{'x' * 250}.id",
    ],
)  # fmt: skip
def test_what_is_not_seen_or_has_no_name_is_no_address(address: str) -> None:
    assert not rules.is_customers_address(address)
