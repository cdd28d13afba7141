"""Comments in the Graph simulator: told, answered in public and in private, hidden, deleted, as documented."""

from typing import Any

import pytest

from tests.simulators.conftest import BUDI, INSTAGRAM, PAGE, Meta
from tests.simulators.graph.accounts import Page, Professional
from tests.simulators.graph.comments import Comment, Post

Account = Page | Professional


def change(meta: Meta) -> dict[str, Any]:
    """`value` of the one change in the last delivery."""
    (entry,) = meta.last()["entry"]
    (one,) = entry["changes"]
    value: dict[str, Any] = one["value"]
    return value


async def comment_on(meta: Meta, account: Account) -> tuple[Post, Comment]:
    post = meta.simulator.comments.post(account, "Promo akhir tahun")
    return post, await meta.simulator.comments.write(post, BUDI, "Masih ada?")


async def test_a_comment_on_a_page_comes_with_its_post_through_all_its_life(meta: Meta) -> None:
    comments = meta.simulator.comments
    post, comment = await comment_on(meta, PAGE)
    value = change(meta)
    assert (value["item"], value["verb"], value["message"]) == ("comment", "add", "Masih ada?")
    assert value["from"] == {"id": BUDI.psid, "name": BUDI.name}
    assert (value["post_id"], value["parent_id"], value["post"]["id"]) == (post.id, post.id, post.id)
    await comments.write(post, BUDI, "", comment, photo="https://example.invalid/a.jpg")
    assert (change(meta)["parent_id"], change(meta)["photo"]) == (comment.id, "https://example.invalid/a.jpg")
    await comments.edit(comment, "Masih ada stok?")
    assert (change(meta)["verb"], change(meta)["message"]) == ("edited", "Masih ada stok?")
    await comments.hide(comment)
    assert (change(meta)["verb"], change(meta)["from"]["id"]) == ("hide", PAGE.id)
    await comments.hide(comment, hidden=False)
    assert change(meta)["verb"] == "unhide"
    await comments.remove(comment)
    assert (change(meta)["verb"], "message" in change(meta)) == ("remove", False)


async def test_a_comment_on_instagram_names_its_medium(meta: Meta) -> None:
    post, comment = await comment_on(meta, INSTAGRAM)
    assert meta.last()["entry"][0]["changes"][0]["field"] == "comments"
    assert change(meta) == {
        "from": {"id": BUDI.igsid, "username": "budi.s"},
        "media": {"id": post.id, "media_product_type": "FEED"},
        "id": comment.id,
        "text": "Masih ada?",
    }
    await meta.simulator.comments.write(post, BUDI, "Halo?", comment)
    assert change(meta)["parent_id"] == comment.id
    before = len(meta.receiver.bodies)
    await meta.simulator.comments.edit(comment, "Berubah")
    assert len(meta.receiver.bodies) == before
    meta.simulator.comments.instagram_key = "comment_id"
    other = await meta.simulator.comments.write(post, BUDI, "Bentuk lain")
    assert change(meta)["comment_id"] == other.id


@pytest.mark.parametrize(("account", "edge"), [(PAGE, "comments"), (INSTAGRAM, "replies")])
async def test_a_public_answer_stands_below_and_comes_back(meta: Meta, account: Account, edge: str) -> None:
    _, comment = await comment_on(meta, account)
    answer = await meta.post(account, f"{comment.id}/{edge}", {"message": "Masih, kak."})
    (sent,) = await meta.simulator.sent(account=account, to=comment.id)
    assert (sent.id, sent.kind, sent.text) == (answer.json()["id"], "comment", "Masih, kak.")
    await meta.simulator.settle()
    assert change(meta)["from"]["id"] == account.id
    assert change(meta)["parent_id"] == comment.id
    assert (await meta.post(account, f"{comment.id}/{edge}", {})).json()["error"]["code"] == 100
    assert (await meta.post(account, f"1{comment.id}/{edge}", {"message": "x"})).json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize("account", [PAGE, INSTAGRAM])
async def test_a_private_reply_is_taken_once_and_for_seven_days(meta: Meta, account: Account) -> None:
    _, comment = await comment_on(meta, account)
    body = {"recipient": {"comment_id": comment.id}, "message": {"text": "Kami kirim lewat pesan."}}
    first = (await meta.post(account, "me/messages", body)).json()
    assert first["recipient_id"] == (BUDI.psid if isinstance(account, Page) else BUDI.igsid)
    (sent,) = await meta.simulator.sent(account=account)
    assert sent.private_reply_to == comment.id
    assert (await meta.post(account, "me/messages", body)).json()["error"]["code"] == 10900
    _, late = await comment_on(meta, account)
    meta.simulator.forward(hours=8 * 24)
    body["recipient"] = {"comment_id": late.id}
    assert (await meta.post(account, "me/messages", body)).json()["error"]["code"] == 10903


@pytest.mark.parametrize(
    ("account", "flag", "shown"), [(PAGE, "is_hidden", "is_hidden"), (INSTAGRAM, "hide", "hidden")]
)
async def test_hidden_shown_and_deleted(meta: Meta, account: Account, flag: str, shown: str) -> None:
    _, comment = await comment_on(meta, account)
    token = {"Authorization": f"Bearer {account.token}"}
    assert (await meta.http.post(f"/v23.0/{comment.id}", params={flag: "true"}, headers=token)).json() == {
        "success": True
    }
    assert (await meta.get(account, comment.id, fields=shown)).json() == {"id": comment.id, shown: True}
    assert (await meta.post(account, comment.id, {flag: False})).json() == {"success": True}
    assert not comment.hidden
    assert (await meta.http.delete(f"/v23.0/{comment.id}", headers=token)).json() == {"success": True}
    assert (await meta.get(account, comment.id)).status_code == 400


async def test_what_a_comment_stands_under_can_be_asked(meta: Meta) -> None:
    post, comment = await comment_on(meta, PAGE)
    asked = await meta.get(PAGE, post.id, fields="message,permalink_url")
    assert asked.json()["message"] == "Promo akhir tahun"
    answer = await meta.simulator.comments.write(post, None, "Masih.", comment)
    assert (await meta.get(PAGE, answer.id, fields="parent{id},from")).json()["parent"]["id"] == comment.id
    medium, ours = await comment_on(meta, INSTAGRAM)
    told = (await meta.get(INSTAGRAM, medium.id, fields="caption,permalink,media_url,comments_count")).json()
    assert (told["caption"], told["comments_count"]) == ("Promo akhir tahun", 1)
    assert (await meta.http.get(told["media_url"])).headers["content-type"] == "image/png"
    assert (await meta.get(INSTAGRAM, ours.id, fields="username,media")).json()["media"]["id"] == medium.id
