"""Messenger and Instagram in the Graph simulator: events and the Send API are as Meta documents them."""

import json
from typing import Any

import pytest

from tests.simulators.conftest import BUDI, INSTAGRAM, NUMBER, PAGE, Meta
from tests.simulators.graph.accounts import Page, Person, Professional
from tests.simulators.graph.messaging import PAGE_INBOX

Account = Page | Professional


def item(meta: Meta, under: str = "messaging") -> dict[str, Any]:
    """The one event of the last delivery."""
    (entry,) = meta.last()["entry"]
    (one,) = entry[under]
    found: dict[str, Any] = one
    return found


async def send(meta: Meta, account: Account, body: dict[str, Any], **more: Any) -> tuple[int, dict[str, Any]]:
    to = BUDI.psid if isinstance(account, Page) else BUDI.igsid
    answer = await meta.post(account, "me/messages", {"recipient": {"id": to}, "message": body} | more)
    return answer.status_code, answer.json()


async def test_an_event_names_its_sides_and_its_time_in_milliseconds(meta: Meta) -> None:
    await meta.simulator.messenger.text(PAGE, BUDI, "Halo")
    payload = meta.last()
    assert payload["object"] == "page"
    assert payload["entry"][0]["id"] == PAGE.id
    event = item(meta)
    assert (event["sender"]["id"], event["recipient"]["id"]) == (BUDI.psid, PAGE.id)
    assert abs(event["timestamp"] / 1000 - meta.simulator.world.now()) < 60
    assert event["message"]["mid"].startswith("m_")


async def test_every_kind_of_messenger_event(meta: Meta) -> None:
    page = meta.simulator.messenger
    sent_text = await page.text(PAGE, BUDI, "Halo", reply_to={"mid": "m_1"})
    mid = sent_text["message"]["mid"]
    assert item(meta)["message"] == {"mid": mid, "text": "Halo", "reply_to": {"mid": "m_1"}}
    await page.quick_reply(PAGE, BUDI, "Ya", "YES")
    assert item(meta)["message"]["quick_reply"] == {"payload": "YES"}
    await page.postback(PAGE, BUDI, "Mulai", "GET_STARTED", referral={"ref": "iklan"})
    assert item(meta)["postback"]["payload"] == "GET_STARTED"
    await page.sticker(PAGE, BUDI)
    assert item(meta)["message"]["attachments"][0]["payload"]["sticker_id"] == 369239263222822
    await page.reaction(PAGE, BUDI, mid, "❤️", "love")
    assert item(meta)["reaction"] == {"mid": mid, "action": "react", "reaction": "love", "emoji": "❤️"}
    await page.reaction(PAGE, BUDI, mid, "")
    assert item(meta)["reaction"] == {"mid": mid, "action": "unreact"}
    await page.edit(PAGE, BUDI, mid, "Halo lagi")
    assert item(meta)["message_edit"] == {"mid": mid, "text": "Halo lagi", "num_edit": 1}
    await page.inbox_says(PAGE, BUDI, "Dari kotak masuk")
    echo = item(meta)
    assert (echo["sender"]["id"], echo["message"]["is_echo"]) == (PAGE.id, True)
    assert echo["message"]["app_id"] == int(PAGE_INBOX)


async def test_every_kind_of_instagram_event(meta: Meta) -> None:
    direct = meta.simulator.instagram
    await direct.story_mention(INSTAGRAM, BUDI)
    assert meta.last()["object"] == "instagram"
    (mention,) = item(meta)["message"]["attachments"]
    assert mention["type"] == "story_mention"
    assert (await meta.http.get(mention["payload"]["url"])).content == b"story"
    await direct.story_reply(INSTAGRAM, BUDI, "Keren!")
    assert item(meta)["message"]["reply_to"]["story"]["id"] == "17990000000000001"
    mid = (await direct.text(INSTAGRAM, BUDI, "Salah"))["message"]["mid"]
    await direct.unsend(INSTAGRAM, BUDI, mid)
    assert item(meta)["message"] == {"mid": mid, "is_deleted": True}
    await direct.unsupported(INSTAGRAM, BUDI)
    assert item(meta)["message"]["is_unsupported"]
    await direct.inbox_says(INSTAGRAM, BUDI, "Dari ponsel")
    assert item(meta)["message"]["is_echo"]
    status, answer = await send(meta, INSTAGRAM, {"text": "Baik"})
    assert status == 200
    (sent,) = await meta.simulator.sent(account=INSTAGRAM)
    await direct.read(INSTAGRAM, BUDI, sent)
    assert item(meta)["read"] == {"mid": answer["message_id"]}


@pytest.mark.parametrize("account", [PAGE, INSTAGRAM])
async def test_a_file_of_a_person_is_had_by_its_url_alone(meta: Meta, account: Account) -> None:
    messaging = meta.simulator.messenger if isinstance(account, Page) else meta.simulator.instagram
    await messaging.file(account, BUDI, "image", b"jpeg", "image/jpeg", "foto.jpg")
    (attachment,) = item(meta)["message"]["attachments"]
    answer = await meta.http.get(attachment["payload"]["url"])
    assert (answer.content, answer.headers["content-type"]) == (b"jpeg", "image/jpeg")


async def test_a_send_is_named_kept_and_followed_as_asked(meta: Meta) -> None:
    meta.simulator.open_window(PAGE, BUDI)
    meta.simulator.answers.of_messaging.receipts = ("echo", "delivered", "read")
    status, answer = await send(meta, PAGE, {"text": "Halo, ada yang bisa dibantu?"}, messaging_type="RESPONSE")
    assert (status, answer["recipient_id"]) == (200, BUDI.psid)
    (sent,) = await meta.simulator.sent(to=BUDI.psid)
    assert (sent.id, sent.text) == (answer["message_id"], "Halo, ada yang bisa dibantu?")
    await meta.simulator.settle()
    events = [payload["entry"][0]["messaging"][0] for payload in meta.receiver.payloads]
    assert [events[0]["message"]["is_echo"], events[1]["delivery"]["mids"]] == [True, [sent.id]]
    assert events[2]["read"]["watermark"] >= sent.at * 1000


@pytest.mark.parametrize(("account", "code", "subcode"), [(PAGE, 10, 2018278), (INSTAGRAM, 10, 2534022)])
async def test_the_window_closes_after_a_day_and_for_human_agents_after_seven(
    meta: Meta, account: Account, code: int, subcode: int
) -> None:
    tag = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert (await send(meta, account, {"text": "Halo"}))[1]["error"]["error_subcode"] == 2018001
    meta.simulator.open_window(account, BUDI)
    assert (await send(meta, account, {"text": "Halo"}))[0] == 200
    meta.simulator.forward(hours=25)
    status, answer = await send(meta, account, {"text": "Halo"})
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, code, subcode)
    assert (await send(meta, account, {"text": "Halo"}, **tag))[0] == 200
    meta.simulator.answers.of_messaging.human_agent_approved = False
    assert (await send(meta, account, {"text": "Halo"}, **tag))[1]["error"]["error_subcode"] == 2018276
    meta.simulator.answers.of_messaging.human_agent_approved = True
    meta.simulator.forward(hours=24 * 7)
    assert (await send(meta, account, {"text": "Halo"}, **tag))[0] == 400


async def test_limits_are_characters_for_messenger_and_bytes_for_instagram(meta: Meta) -> None:
    for account, fits, too_long in ((PAGE, "é" * 2000, "é" * 2001), (INSTAGRAM, "é" * 500, "é" * 501)):
        meta.simulator.open_window(account, BUDI)
        assert (await send(meta, account, {"text": fits}))[0] == 200
        assert (await send(meta, account, {"text": too_long}))[1]["error"]["code"] == 100
        assert (await send(meta, account, {}))[1]["error"]["code"] == 100


async def test_attachments_by_url_by_id_and_as_a_form(meta: Meta) -> None:
    meta.simulator.open_window(PAGE, BUDI)
    by_url = {"attachment": {"type": "image", "payload": {"url": "https://example.invalid/a.jpg", "is_reusable": True}}}
    assert (await send(meta, PAGE, by_url))[0] == 200
    form = {"message": json.dumps({"attachment": {"type": "image", "payload": {"is_reusable": True}}})}
    headers = {"Authorization": f"Bearer {PAGE.token}"}
    picture = {"filedata": ("a.jpg", b"jpeg", "image/jpeg")}
    made = await meta.http.post("/v21.0/me/message_attachments", data=form, files=picture, headers=headers)
    attachment_id = made.json()["attachment_id"]
    assert meta.simulator.media.files[attachment_id].data == b"jpeg"
    again = {"attachment": {"type": "image", "payload": {"attachment_id": attachment_id}}}
    assert (await send(meta, PAGE, again))[0] == 200
    form |= {"recipient": json.dumps({"id": BUDI.psid})}
    sent = await meta.http.post("/me/messages", data=form, files=picture, headers=headers)
    assert sent.json()["attachment_id"] in meta.simulator.media.files
    wrong = {"filedata": ("a.pdf", b"pdf", "application/pdf")}
    refused = await meta.http.post("/me/messages", data=form, files=wrong, headers=headers)
    assert refused.json()["error"]["error_subcode"] == 2018047
    assert (await send(meta, PAGE, {"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}))[0] == 400


async def test_sender_actions_and_profiles_are_of_people_who_wrote(meta: Meta) -> None:
    asked = {"recipient": {"id": BUDI.psid}, "sender_action": "typing_on"}
    assert (await meta.post(PAGE, "me/messages", asked)).json()["error"]["error_subcode"] == 2018001
    meta.simulator.open_window(PAGE, BUDI)
    assert (await meta.post(PAGE, f"{PAGE.id}/messages", asked)).json() == {"recipient_id": BUDI.psid}
    assert meta.simulator.answers.of_messaging.actions == [(BUDI.psid, "typing_on")]
    profile = (await meta.get(PAGE, BUDI.psid, fields="first_name,last_name")).json()
    assert profile == {"first_name": "Budi", "last_name": "Santoso", "id": BUDI.psid}
    assert (await meta.get(INSTAGRAM, BUDI.igsid)).json()["username"] == "budi.s"
    assert (await meta.get(PAGE, Person("628999").psid)).json()["error"]["error_subcode"] == 33


async def test_who_holds_the_conversation(meta: Meta) -> None:
    await meta.simulator.messenger.text(PAGE, BUDI, "Halo")
    await meta.simulator.page_handover.taken(PAGE, BUDI, metadata="kotak masuk")
    assert item(meta)["take_thread_control"]["new_owner_app_id"] == PAGE_INBOX
    await meta.simulator.messenger.text(PAGE, BUDI, "Masih di sana?")
    assert item(meta, "standby")["message"]["text"] == "Masih di sana?"
    assert (await send(meta, PAGE, {"text": "Ya"}))[1]["error"]["error_subcode"] == 2018300
    await meta.simulator.page_handover.requested(PAGE, BUDI)
    assert item(meta)["request_thread_control"]["requested_owner_app_id"] == PAGE_INBOX
    await meta.simulator.page_handover.passed(PAGE, BUDI)
    assert item(meta)["pass_thread_control"] == {
        "previous_owner_app_id": PAGE_INBOX, "new_owner_app_id": PAGE.app.id, "metadata": ""
    }  # fmt: skip
    given = {"recipient": {"id": BUDI.psid}, "target_app_id": PAGE_INBOX, "metadata": "tolong"}
    assert (await meta.post(PAGE, "me/pass_thread_control", given)).json() == {"success": True}
    owner = (await meta.get(PAGE, "me/thread_owner", recipient=f"{{id:{BUDI.psid}}}")).json()
    assert owner["data"][0]["thread_owner"]["app_id"] == PAGE_INBOX
    assert (await meta.post(PAGE, "me/take_thread_control", given)).json() == {"success": True}
    assert (await send(meta, PAGE, {"text": "Ya"}))[0] == 200
    await meta.simulator.instagram_handover.taken(INSTAGRAM, BUDI)
    assert "take_thread_control" in item(meta)


async def test_a_number_tells_who_it_is_and_a_token_opens_nothing_of_others(meta: Meta) -> None:
    assert (await meta.get(NUMBER, NUMBER.id, fields="display_phone_number")).json() == {
        "display_phone_number": f"+{NUMBER.display}", "id": NUMBER.id
    }  # fmt: skip
    assert (await meta.get(NUMBER, NUMBER.waba_id)).json()["id"] == NUMBER.waba_id
    assert (await meta.get(PAGE, "me")).json() == {"id": PAGE.id, "name": PAGE.name}
    assert (await meta.get(PAGE, NUMBER.id)).json()["error"]["error_subcode"] == 33
    subscribed = await meta.post(PAGE, "me/subscribed_apps", {"subscribed_fields": "messages,feed"})
    assert subscribed.json() == {"success": True}
    fields = (await meta.get(PAGE, "me/subscribed_apps")).json()["data"][0]["subscribed_fields"]
    assert fields == ["messages", "feed"]
