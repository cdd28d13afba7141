"""Media for X, uploaded before the message that shows it; whatever fails here, the message has not gone out.

https://docs.x.com/x-api/media/quickstart/media-upload-chunked and …/best-practices
"""

import asyncio
from collections.abc import AsyncIterator

import httpx

from backend.channels.base import AccountView, NotReached, Outcome, OutFile, Rejected, Unknown
from backend.channels.reading import Json, part, seconds, string, word
from backend.channels.x import asking

MB = 1024 * 1024
WHOLE_MAX = 5 * MB
"""Pictures up to here go in one piece; GIFs and videos always in segments, for X works on them afterwards."""
SEGMENT = 4 * MB
CHECKS = 60
CHECK_SECONDS_MAX = 10
"""How long X may be at work on a video before the message is tried again later: CHECKS times what X asks to wait."""


class Stopped(Exception):
    """The upload came to nothing; `outcome` says what that means for the message."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


async def upload(account: AccountView, http: httpx.AsyncClient, file: OutFile, use: str) -> str:
    """The media's id. `use`: "dm" or "tweet". Raises Stopped."""
    kind = "gif" if file.media_type == "image/gif" else file.media_type.partition("/")[0]
    if kind not in ("image", "gif", "video"):
        raise Stopped(Rejected(f"X takes no files of this type ({file.media_type})."))
    if kind == "image" and file.size <= WHOLE_MAX:
        piece = {"media": (file.name, await file.whole(), file.media_type)}
        path = "/2/media/upload"
        return _id(await _step(account, http, path, files=piece, data={"media_category": f"{use}_{kind}"}))
    return await _in_segments(account, http, file, f"{use}_{kind}")


async def _in_segments(account: AccountView, http: httpx.AsyncClient, file: OutFile, category: str) -> str:
    begin = {"media_category": category, "media_type": file.media_type, "total_bytes": file.size}
    media_id = _id(await _step(account, http, "/2/media/upload/initialize", json=begin))
    number = 0
    async for segment in _segments(file):
        piece = {"media": (file.name, segment, "application/octet-stream")}
        path = f"/2/media/upload/{media_id}/append"
        await _step(account, http, path, files=piece, data={"segment_index": str(number)})
        number += 1
    data = await _step(account, http, f"/2/media/upload/{media_id}/finalize")
    for _ in range(CHECKS):
        if (seconds := _still_at_work(data)) is None:
            return media_id
        await asyncio.sleep(seconds)
        path = f"/2/media/upload?command=STATUS&media_id={media_id}"
        data = await _step(account, http, path, method="GET")
    raise Stopped(NotReached("X is still preparing the file."))


async def _segments(file: OutFile) -> AsyncIterator[bytes]:
    held = b""
    async for chunk in file.read():
        held += chunk
        while len(held) >= SEGMENT:
            yield held[:SEGMENT]
            held = held[SEGMENT:]
    if held:
        yield held


def _still_at_work(data: Json) -> float | None:
    """Seconds to wait, or None: it is ready. Raises Stopped where it cannot be used."""
    info = part(data, "processing_info")
    state = info.get("state")
    if not info or state == "succeeded":
        return None
    if state == "failed":
        words = word(part(info, "error"), "message")
        raise Stopped(Rejected(f"X cannot use this file: {words or 'it does not say why'}."))
    return seconds(info.get("check_after_secs"), 1.0, CHECK_SECONDS_MAX)


async def _step(account: AccountView, http: httpx.AsyncClient, path: str, method: str = "POST", **more: object) -> Json:
    response = await asking.ask(account, http, method, path, **more)
    if isinstance(response, httpx.Response):
        if response.is_success:
            return part(asking.answer_of(response), "data")
        response = asking.refusal(account, response)
    raise Stopped(NotReached(response.detail) if isinstance(response, Unknown) else response)


def _id(data: Json) -> str:
    media_id = string(data, "id")
    if media_id.isdigit():
        return media_id
    raise Stopped(NotReached("X's answer does not name the upload."))
