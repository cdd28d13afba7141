"""The Graph simulator fails on demand: each fault once, on the call that was named, before or after the work."""

import time

import httpx
import pytest

from tests.simulators.conftest import BUDI, NUMBER, PAGE, Meta
from tests.simulators.graph import errors, faults
from tests.simulators.graph.faults import Fault, rate_limited

HALO = {"messaging_product": "whatsapp", "to": BUDI.phone, "type": "text", "text": {"body": "Halo"}}
SEND = f"{NUMBER.id}/messages"
FILES = [("a.pdf", "application/pdf", 9), ("a.png", "image/png", 6_000_000), ("a.exe", "application/x-msdownload", 9)]


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry_after"),
    [
        (rate_limited(), 429, 130429, None),
        (rate_limited(retry_after=7), 429, 130429, "7"),
        (rate_limited(errors.APP_LIMIT, status=400), 400, 4, None),
        (rate_limited(errors.CALL_LIMIT, status=400), 400, 613, None),
        (Fault(errors.PAIR_LIMIT), 400, 131056, None),
        (Fault(errors.BUSINESS_LIMIT), 400, 80007, None),
        (Fault(errors.POLICY), 403, 368, None),
        (Fault(errors.SPAM_LIMIT), 400, 131048, None),
        (Fault(errors.ECOSYSTEM), 400, 131049, None),
        (Fault(errors.MEDIA_DOWNLOAD), 400, 131052, None),
        (Fault(errors.MEDIA_UPLOAD), 400, 131053, None),
        (Fault(errors.NOT_REGISTERED), 400, 133010, None),
        (Fault(errors.AWAY), 400, 551, None),
        (faults.UNAVAILABLE, 503, 2, None),
        (faults.BROKEN, 500, 1, None),
        (faults.EXPIRED, 401, 190, None),
    ],
)
async def test_a_fault_is_answered_once_in_graphs_words(
    meta: Meta, fault: Fault, status: int, code: int, retry_after: str | None
) -> None:
    meta.simulator.fail("messages", fault)
    answer = await meta.post(NUMBER, SEND, HALO)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert {"message", "type", "fbtrace_id"} <= answer.json()["error"].keys()
    assert answer.headers.get("Retry-After") == retry_after
    assert meta.simulator.world.sent == []
    assert (await meta.post(NUMBER, SEND, HALO)).status_code == 200


async def test_done_and_yet_it_says_no(meta: Meta) -> None:
    meta.simulator.fail("messages", faults.DONE_BUT_BROKEN, faults.DONE_BUT_SILENT)
    assert (await meta.post(NUMBER, SEND, HALO)).status_code == 500
    with pytest.raises(httpx.ReadTimeout):
        await meta.http.post(f"/{SEND}", json=HALO, headers={"Authorization": f"Bearer {NUMBER.token}"}, timeout=0.3)
    assert len(await meta.simulator.sent(2)) == 2


async def test_silent_late_and_a_page_of_a_proxy(meta: Meta) -> None:
    meta.simulator.fail("messages", faults.SILENT, Fault(delay=0.2), faults.GATEWAY)
    with pytest.raises(httpx.ReadTimeout):
        await meta.http.post(f"/{SEND}", json=HALO, headers={"Authorization": f"Bearer {NUMBER.token}"}, timeout=0.3)
    assert meta.simulator.world.sent == []
    began = time.monotonic()
    assert (await meta.post(NUMBER, SEND, HALO)).status_code == 200
    assert time.monotonic() - began >= 0.2
    proxied = await meta.post(NUMBER, SEND, HALO)
    assert (proxied.status_code, proxied.headers["content-type"][:9]) == (502, "text/html")


async def test_a_fault_is_for_the_call_and_the_account_that_it_names(meta: Meta) -> None:
    meta.simulator.fail("read", faults.BROKEN)
    meta.simulator.fail("messages", faults.BROKEN, account=PAGE)
    assert (await meta.post(NUMBER, SEND, HALO)).status_code == 200
    seen = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X"}
    assert (await meta.post(NUMBER, SEND, seen)).status_code == 500
    assert (await meta.post(PAGE, "me/messages", {"recipient": {"id": "1"}})).status_code == 500


async def test_dice_are_the_same_for_the_same_seed(meta: Meta) -> None:
    runs = []
    for _ in range(2):
        meta.simulator.fail_at_random(0.2, faults.UNAVAILABLE, faults.DONE_BUT_BROKEN, seed=5)
        runs.append([(await meta.post(NUMBER, SEND, HALO)).status_code for _ in range(40)])
    assert runs[0] == runs[1]
    assert 0 < sum(status != 200 for status in runs[0]) < 20


async def test_a_token_expires_is_revoked_and_renewed(meta: Meta) -> None:
    for error, subcode in ((errors.EXPIRED_TOKEN, 463), (errors.REVOKED_TOKEN, 458)):
        meta.simulator.revoke(NUMBER, error)
        answer = await meta.post(NUMBER, SEND, HALO)
        assert (answer.json()["error"]["code"], answer.json()["error"]["error_subcode"]) == (190, subcode)
    meta.simulator.renew(NUMBER)
    assert (await meta.post(NUMBER, SEND, HALO)).status_code == 200
    assert (await meta.http.post(f"/v23.0/{SEND}", json=HALO)).json()["error"]["code"] == 104
    unknown = await meta.http.post(f"/v23.0/{SEND}", json=HALO, headers={"Authorization": "Bearer nobody's"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (401, 190)
    wrong = await meta.post(NUMBER, SEND, HALO | {"appsecret_proof": "0"})
    assert wrong.json()["error"]["message"].endswith("Invalid appsecret_proof provided in the API argument")


async def test_every_version_is_taken_and_every_call_recorded(meta: Meta) -> None:
    headers = {"Authorization": f"Bearer {NUMBER.token}"}
    for prefix in ("/v19.0", "/v23.0", "/v27.0", ""):
        assert (await meta.http.post(f"{prefix}/{SEND}", json=HALO, headers=headers)).status_code == 200
    assert [call.version for call in meta.simulator.calls] == ["v19.0", "v23.0", "v27.0", ""]
    broken = await meta.http.post(f"/{SEND}", content=b"{", headers=headers | {"Content-Type": "application/json"})
    assert broken.json()["error"]["code"] == 100


async def test_media_need_the_token_and_their_url_lives_five_minutes(meta: Meta) -> None:
    said = await meta.simulator.whatsapp.file(NUMBER, BUDI, b"jpeg", "image/jpeg")
    url = (await meta.get(NUMBER, said["image"]["id"])).json()["url"]
    headers = {"Authorization": f"Bearer {NUMBER.token}"}
    assert (await meta.http.get(url)).status_code == 401
    assert (await meta.http.get(url, headers={"Authorization": f"Bearer {PAGE.token}"})).status_code == 404
    assert (await meta.http.get(url, headers=headers)).content == b"jpeg"
    meta.simulator.fail("download", faults.UNAVAILABLE)
    assert (await meta.http.get(url, headers=headers)).status_code == 503
    meta.simulator.forward(hours=0.1)
    assert (await meta.http.get(url, headers=headers)).status_code == 404
    for name, mime, size in FILES:
        form = {"messaging_product": "whatsapp", "type": mime}
        file = {"file": (name, b"x" * size, mime)}
        answer = await meta.http.post(f"/{NUMBER.id}/media", data=form, files=file, headers=headers)
        assert answer.status_code == (200 if name == "a.pdf" else 400)


async def test_whatsapp_says_what_is_wrong_with_a_message(meta: Meta) -> None:
    wrong = [
        (HALO | {"messaging_product": "sms"}, 100),
        (HALO | {"to": ""}, 131008),
        (HALO | {"type": "poll"}, 100),
        (HALO | {"text": {"body": "x" * 4097}}, 131009),
        (HALO | {"type": "image", "image": {"id": "12"}}, 100),
        (HALO | {"type": "location", "location": {"latitude": 1}}, 131008),
        (HALO | {"type": "reaction", "reaction": {"emoji": "👍"}}, 131008),
        (
            HALO
            | {
                "type": "interactive",
                "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": []}},
            },
            131009,
        ),
    ]
    for body, code in wrong:
        answer = await meta.post(NUMBER, SEND, body)
        assert answer.json()["error"]["code"] == code, body
    assert meta.simulator.world.sent == []


async def test_statuses_follow_by_themselves_when_asked(meta: Meta) -> None:
    meta.simulator.open_window(NUMBER, BUDI)
    meta.simulator.answers.of_whatsapp.receipts = ("sent", "delivered", "read")
    await meta.post(NUMBER, SEND, HALO)
    await meta.simulator.settle()
    told = [one["entry"][0]["changes"][0]["value"]["statuses"][0]["status"] for one in meta.receiver.payloads]
    assert told == ["sent", "delivered", "read"]
    meta.simulator.forward(hours=25)
    await meta.post(NUMBER, SEND, HALO)
    await meta.simulator.settle()
    (status,) = meta.last()["entry"][0]["changes"][0]["value"]["statuses"]
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)
    await meta.simulator.whatsapp.account_error(NUMBER, errors.THROUGHPUT)
    assert meta.last()["entry"][0]["changes"][0]["value"]["errors"][0]["code"] == 130429
