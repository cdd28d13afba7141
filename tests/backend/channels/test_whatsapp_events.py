"""What happens to messages: receipts, reactions, edits, deletions, what we wrote elsewhere, whose account it is."""

from typing import Any

import pytest

from backend.channels.base import Unreadable, event_id
from omnix_protocol.ids import MessageId, new_id
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery, RecordReaction
from tests.backend.channels.whatsapp_samples import (
    ACCESS_TOKEN,
    ACCOUNT,
    ASKED,
    CHANNEL,
    CONTACT,
    DISPLAY,
    SARI,
    SARI_ID,
    STAMP,
    WAMID,
    account,
    change,
    commands,
    judged,
    message,
    raw,
    received,
    status,
    told,
    webhook,
)

WINDOW = {
    "code": 131047,
    "title": "Re-engagement message",
    "message": "Re-engagement message",
    "error_data": {"details": "More than 24 hours have passed since the customer last replied."},
}
TEXT = told(message("text", {"body": "Halo"}))


def edit(body: str, key: str = "wamid.E1", at: int = STAMP + 60) -> dict[str, Any]:
    inner = {"context": {"from": DISPLAY, "id": ASKED}, "type": "text", "text": {"body": body}}
    content = {"original_message_id": WAMID, "message": inner}
    return told(message("edit", content) | {"id": key, "timestamp": str(at)})


def revoke(at: int = STAMP + 120) -> dict[str, Any]:
    return told(message("revoke", {"original_message_id": WAMID}) | {"id": "wamid.R", "timestamp": str(at)})


def echo(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    one = {"from": DISPLAY, "to": SARI, "to_user_id": SARI_ID, "id": WAMID, "timestamp": str(STAMP), "type": kind}
    return webhook(change("smb_message_echoes", contacts=[CONTACT], message_echoes=[one | {kind: content} | more]))


def keys(payload: Any) -> list[str]:
    return [key for key, _ in CHANNEL.parse(ACCOUNT, raw(payload))]


def test_a_repeat_is_the_same_command() -> None:
    assert keys(TEXT) == keys(TEXT) == [event_id(ACCOUNT.id, "message", WAMID)]
    assert keys(status("read")) == keys(status("read", pricing={"billable": False}))
    assert len({*keys(TEXT), *keys(status("sent")), *keys(status("read")), *keys(edit("a")), *keys(revoke())}) == 5


@pytest.mark.parametrize(
    ("state", "becomes"),
    [
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("read", DeliveryState.READ),
        ("played", DeliveryState.READ),
    ],
)
def test_a_receipt_moves_the_message(state: str, becomes: DeliveryState) -> None:
    payload = status(state, conversation={"id": "c", "origin": {"type": "service"}}, pricing=_pricing())
    (command,) = commands(payload)
    assert command == RecordDelivery(channel_account_id=ACCOUNT.id, provider_id=WAMID, state=becomes)
    theirs = judged(payload)
    assert (theirs.id, theirs.status, theirs.from_user.wa_id) == (WAMID, state, SARI)


def test_a_failure_is_told_in_metas_words_and_what_to_do() -> None:
    payload = status("failed", errors=[WINDOW])
    (command,) = commands(payload)
    assert isinstance(command, RecordDelivery)
    assert command.state is DeliveryState.FAILED
    assert command.failure == (
        "The time for free replies is over: send an approved template, or wait until the customer writes. "
        "Re-engagement message. More than 24 hours have passed since the customer last replied. (code 131047)"
    )
    assert type(judged(payload).error).__name__ == "ReEngagementMessage"


def test_a_failure_without_a_reason_is_a_failure() -> None:
    (command,) = commands(status("failed"))
    assert isinstance(command, RecordDelivery)
    assert (command.state, command.failure) == (DeliveryState.FAILED, "Meta says no")


def test_a_receipt_brings_back_our_own_id_so_that_an_uncertain_message_is_known() -> None:
    ours = MessageId(new_id())
    (command,) = commands(status("delivered", biz_opaque_callback_data=f"omnix:{ours}:2"))
    assert isinstance(command, RecordDelivery)
    assert (command.message_id, command.attempt, command.provider_id) == (ours, 2, WAMID)


@pytest.mark.parametrize("data", ["", "campaign-7", "omnix:x:1", f"omnix:{WAMID}:1"])
def test_what_another_program_wrote_into_it_means_nothing(data: str) -> None:
    (command,) = commands(status("delivered", biz_opaque_callback_data=data))
    assert isinstance(command, RecordDelivery)
    assert (command.message_id, command.attempt) == (None, None)


def test_a_receipt_of_a_kind_that_says_nothing_is_left_alone() -> None:
    assert commands(status("pending")) == []


@pytest.mark.parametrize("emoji", ["👍", ""])
def test_a_reaction_is_on_the_message_it_names(emoji: str) -> None:
    content = {"message_id": ASKED} | ({"emoji": emoji} if emoji else {})
    payload = told(message("reaction", content))
    (command,) = commands(payload)
    assert isinstance(command, RecordReaction)
    assert (command.provider_id, command.emoji, command.name) == (ASKED, emoji, "Sari Wulandari")
    theirs = judged(payload)
    assert (theirs.reaction.message_id, theirs.reaction.emoji or "") == (ASKED, emoji)


def test_an_edit_is_a_later_revision_of_the_first_message() -> None:
    first, later = received(edit("Halo!")), received(edit("Halo!!", "wamid.E2", STAMP + 61))
    assert (first.provider_id, first.text, first.reply_to) == (WAMID, "Halo!", ASKED)
    assert 0 == received(TEXT).revision < first.revision < later.revision
    theirs = judged(edit("Halo!"))
    assert (theirs.original_message_id, theirs.message.text) == (WAMID, "Halo!")


def test_an_edited_caption_keeps_its_picture() -> None:
    inner = {"type": "image", "image": {"id": "275", "mime_type": "image/jpeg", "caption": "Baru"}}
    ours = received(told(message("edit", {"original_message_id": WAMID, "message": inner}, id="wamid.E")))
    assert (ours.text, ours.shown_as, ours.media[0].reference) == ("Baru", "photo", "275")


def test_a_deletion_counts_more_than_an_edit_of_the_same_second() -> None:
    gone, edited = received(revoke(STAMP + 60)), received(edit("Halo!"))
    assert (gone.provider_id, gone.shown_as, gone.text) == (WAMID, "deleted", "")
    assert gone.revision > edited.revision
    assert received(edit("Halo!", at=STAMP + 61)).revision > gone.revision
    assert judged(revoke()).original_message_id == WAMID


def test_what_we_wrote_on_the_telephone_is_ours() -> None:
    payload = echo("text", {"body": "Dari telepon"})
    ours, theirs = received(payload), judged(payload)
    assert (ours.elsewhere, ours.quiet, ours.sender.address, ours.text) == (True, False, SARI, "Dari telepon")
    assert (theirs.to_user.wa_id, theirs.text, theirs.id) == (SARI, "Dari telepon", WAMID)


def test_an_edit_and_a_deletion_on_the_telephone_are_ours_too() -> None:
    inner = {"type": "text", "text": {"body": "Baru"}}
    edited = echo("edit", {"original_message_id": ASKED, "message": inner})
    ours = received(edited)
    assert (ours.elsewhere, ours.provider_id, ours.text) == (True, ASKED, "Baru")
    assert judged(edited).original_message_id == ASKED
    gone = echo("revoke", {"original_message_id": ASKED})
    ours = received(gone)
    assert (ours.elsewhere, ours.provider_id, ours.shown_as) == (True, ASKED, "deleted")
    assert judged(gone).original_message_id == ASKED


def test_our_own_reaction_is_not_taken_for_the_customers() -> None:
    assert commands(echo("reaction", {"message_id": ASKED, "emoji": "👍"})) == []


def test_only_the_changes_of_this_accounts_number_count() -> None:
    foreign = change(phone_id="999", contacts=[CONTACT], messages=[message("text", {"body": "Untuk lain"})])
    own = change(contacts=[CONTACT], messages=[message("text", {"body": "Untuk kami"})])
    both = webhook(foreign, own)
    assert [it.text for it in commands(both) if isinstance(it, ReceiveMessage)] == ["Untuk kami"]
    theirs = account(phone_number_id="999")
    assert [it.text for it in commands(both, theirs) if isinstance(it, ReceiveMessage)] == ["Untuk lain"]


def test_messages_and_receipts_of_one_webhook_keep_their_order() -> None:
    second = message("text", {"body": "Kedua"}) | {"id": "wamid.2"}
    payload = webhook(
        change(contacts=[CONTACT], messages=[message("text", {"body": "Pertama"}), second]),
        status("read")["entry"][0]["changes"][0],
    )
    kinds = [type(it).__name__ for it in commands(payload)]
    assert kinds == ["ReceiveMessage", "ReceiveMessage", "RecordDelivery"]


@pytest.mark.parametrize(
    "payload",
    [
        webhook(change("history", history=[{"threads": []}])),
        webhook(change("user_preferences", contacts=[CONTACT], user_preferences=[{"wa_id": SARI}])),
        webhook(change(errors=[{"code": 130429, "title": "Rate limit hit"}])),
        webhook({"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}),
        webhook(change("standby", messages=[message("text", {"body": "Untuk bot"})])),
        webhook(),
    ],
)
def test_what_nobody_wrote_is_left_alone(payload: dict[str, Any]) -> None:
    assert commands(payload) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "This is no JSON"),
        (b"[" * 100_000, "This is no JSON"),
        (b"[]", "no object"),
        (b'{"object": "page", "entry": []}', "this has page"),
        (b'{"object": "whatsapp_business_account"}', "list of entries"),
        (raw(told({"type": "text", "text": {"body": "a"}, "from": SARI})), "names a message by id"),
        (raw(told({"type": "text", "text": {"body": "a"}, "id": WAMID})), "from or from_user_id"),
        (raw(told(message("reaction", {"emoji": "👍"}))), "message_id"),
        (raw(told(message("edit", {}))), "original_message_id"),
        (raw(webhook(change(statuses=[{"status": "read"}]))), "names a message by id"),
    ],
)
def test_what_is_no_webhook_of_whatsapp_says_so(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        CHANNEL.parse(ACCOUNT, body)


def test_an_account_without_its_number_says_what_to_enter() -> None:
    with pytest.raises(Unreadable, match="phone_number_id"):
        CHANNEL.parse(account(phone_number_id=""), raw(TEXT))


def test_a_token_that_meta_repeats_is_not_shown() -> None:
    error = {"code": 190, "message": f"Malformed access token {ACCESS_TOKEN}"}
    (command,) = commands(status("failed", errors=[error]))
    assert isinstance(command, RecordDelivery)
    assert ACCESS_TOKEN not in command.failure
    assert "make a new one" in command.failure


def _pricing() -> dict[str, Any]:
    return {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"}
