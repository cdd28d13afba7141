"""X's media upload of API v2: in one piece or in segments, and the processing that videos and GIFs go through."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

MB = 1024 * 1024
IMAGE_MAX, GIF_MAX, VIDEO_MAX = 5 * MB, 15 * MB, 512 * MB
SEGMENT_MAX = 5 * MB
CATEGORIES = (
    "amplify_video", "tweet_gif", "tweet_image", "tweet_video", "dm_gif", "dm_image", "dm_video", "subtitles",
)  # fmt: skip
TYPES = (
    "video/mp4", "video/webm", "video/mp2t", "video/quicktime", "text/srt", "text/vtt", "image/jpeg", "image/gif",
    "image/bmp", "image/png", "image/webp", "image/pjpeg", "image/tiff", "model/gltf-binary", "model/vnd.usdz+zip",
)  # fmt: skip
EXPIRES_SECONDS = 86_400


class Refused(Exception):
    """Said to the caller as a problem with this status."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


@dataclass
class Upload:
    """One piece of media, its owner, and how far it is."""

    id: str
    owner: str  # a user's id
    category: str
    media_type: str = ""
    total: int = 0
    segments: dict[int, bytes] = field(default_factory=dict)
    final: bool = False
    processing: int = 0  # so many times the status is "in_progress"
    failed: bool = False
    used: bool = False
    check_after: int = 1

    @property
    def data(self) -> bytes:
        return b"".join(self.segments[number] for number in sorted(self.segments))

    @property
    def ready(self) -> bool:
        return self.final and not self.failed and self.processing == 0

    def told(self) -> dict[str, Any]:
        kind = {"image": 3, "gif": 16, "video": 7}.get(self.category.rpartition("_")[2], 3)
        told: dict[str, Any] = {"id": self.id, "media_key": f"{kind}_{self.id}", "expires_after_secs": EXPIRES_SECONDS}
        if self.final:
            told["size"] = self.total
            if self.failed:
                error = {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}
                told["processing_info"] = {"state": "failed", "error": error}
            elif self.processing:
                told["processing_info"] = {
                    "state": "in_progress",
                    "check_after_secs": self.check_after,
                    "progress_percent": 50,
                }
            elif self.category.endswith(("video", "gif")):
                told["processing_info"] = {"state": "succeeded", "progress_percent": 100}
        return told


class Uploads:
    """Of all users; `processing`: how often a video or GIF is not ready yet when asked after it was finalized."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self.kept: dict[str, Upload] = {}
        self.processing = 1
        self.check_after = 1  # seconds, as X asks to wait
        self.breaks_next = False  # the next video or GIF turns out unreadable while it is processed
        self._new_id = new_id

    async def whole(self, owner: str, request: Request) -> dict[str, Any]:
        """POST /2/media/upload."""
        body = await fields(request)
        category, data = str(body.get("media_category", "")), _bytes(body.get("media"))
        if category not in CATEGORIES:
            raise Refused(f"The `media_category` query parameter value [{category}] is not valid")
        upload = Upload(self._new_id(), owner, category, total=len(data), segments={0: data})
        _fits(upload)
        self.kept[upload.id] = upload
        return self._finished(upload)

    async def begin(self, owner: str, request: Request) -> dict[str, Any]:
        """POST /2/media/upload/initialize."""
        body = await fields(request)
        category, media_type, total = body.get("media_category"), body.get("media_type"), body.get("total_bytes")
        if category not in CATEGORIES or media_type not in TYPES or not isinstance(total, int):
            raise Refused("One or more parameters to your request was invalid.")
        upload = Upload(self._new_id(), owner, str(category), str(media_type), total)
        _fits(upload)
        self.kept[upload.id] = upload
        return upload.told()

    async def append(self, owner: str, request: Request) -> dict[str, Any]:
        """POST /2/media/upload/{id}/append."""
        upload, body = self.of(owner, request.path_params["id"]), await fields(request)
        number, data = int(str(body.get("segment_index", "-1"))), _bytes(body.get("media"))
        if not 0 <= number <= 999 or len(data) > SEGMENT_MAX:
            raise Refused("One or more parameters to your request was invalid.")
        upload.segments[number] = data
        return {"expires_at": int(time.time()) + EXPIRES_SECONDS}

    async def finish(self, owner: str, request: Request) -> dict[str, Any]:
        """POST /2/media/upload/{id}/finalize."""
        upload = self.of(owner, request.path_params["id"])
        if len(upload.data) != upload.total:
            raise Refused("Segments do not add up to provided total file size.")
        return self._finished(upload)

    async def status(self, owner: str, request: Request) -> dict[str, Any]:
        """GET /2/media/upload?command=STATUS&media_id=…"""
        upload = self.of(owner, request.query_params.get("media_id", ""))
        told = upload.told()
        upload.processing = max(0, upload.processing - 1)
        return told

    def of(self, owner: str, media_id: str) -> Upload:
        upload = self.kept.get(media_id)
        if upload is None or upload.owner != owner:
            raise Refused("Your media IDs are invalid.")
        return upload

    def _finished(self, upload: Upload) -> dict[str, Any]:
        upload.final = True
        if upload.category.endswith(("video", "gif")):
            upload.processing, upload.check_after = self.processing, self.check_after
            upload.failed, self.breaks_next = self.breaks_next, False
        return upload.told()


async def fields(request: Request) -> dict[str, Any]:
    """A body of either documented form: JSON, or multipart with the bytes as a file."""
    if "json" in request.headers.get("content-type", ""):
        try:
            value = await request.json()
        except ValueError:
            raise Refused("The request body is not valid JSON.") from None
        return value if isinstance(value, dict) else {}
    async with request.form() as form:
        return {name: await value.read() if isinstance(value, UploadFile) else value for name, value in form.items()}


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (ValueError, TypeError):
        raise Refused("`media` is neither a file nor base64.") from None


def _fits(upload: Upload) -> None:
    kind = upload.category.rpartition("_")[2]
    if upload.total > {"image": IMAGE_MAX, "gif": GIF_MAX}.get(kind, VIDEO_MAX):
        raise Refused("File size exceeds the limit of this media category.")
