"""Files on Meta's side: WhatsApp media behind the bearer token, attachments of Messenger and Instagram on a CDN.

Format: developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media (upload,
URL valid 5 minutes, download with the token) and messenger-platform's attachment upload.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Account
from tests.simulators.graph.world import Refused, Upload, World, needed

URL_LIVES = 300.0
MEGABYTE = 1024 * 1024
LIMITS = {"image": 5 * MEGABYTE, "audio": 16 * MEGABYTE, "video": 16 * MEGABYTE, "document": 100 * MEGABYTE}
TAKEN = {
    "image": ("image/jpeg", "image/png", "image/webp"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "video": ("video/mp4", "video/3gpp"),
    "document": (
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
}


@dataclass(frozen=True)
class Media:
    """One stored file."""

    id: str
    account: Account
    data: bytes
    type: str
    name: str = ""

    @property
    def sha256(self) -> str:
        """Hexadecimal, as the media endpoint tells it."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def sha256_in_webhook(self) -> str:
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode()


class MediaStore:
    """Every file by its id; ids are unguessable only in the real one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.files: dict[str, Media] = {}
        self._urls: dict[str, float] = {}

    def put(self, account: Account, data: bytes, mime: str, name: str = "") -> Media:
        media = Media(self._world.ids.number(), account, data, mime, name)
        self.files[media.id] = media
        return media

    def cdn(self, media: Media) -> str:
        """Where anyone with the link gets it, as in attachments of Messenger and Instagram."""
        return f"{self._world.address}/cdn/{media.id}/{quote(media.name or 'file')}?_nc_cat=1&oh={media.sha256[:20]}"

    def bearer_url(self, media: Media) -> str:
        """Valid five minutes, with the token of the account only."""
        made = self._world.now()
        stamp = f"{int(made + URL_LIVES)}"
        key = hashlib.sha256(f"{media.id} {made}".encode()).hexdigest()[:40]
        self._urls[key] = made
        return f"{self._world.address}/whatsapp_business/attachments/?mid={media.id}&ext={stamp}&hash={key}"

    def upload(self, account: Account, params: dict[str, Any], files: dict[str, Upload]) -> dict[str, Any]:
        """POST /{number}/media."""
        if params.get("messaging_product") != "whatsapp":
            raise Refused(errors.PARAMETER.saying("The parameter messaging_product is required."))
        file = files.get("file")
        if file is None:
            raise Refused(errors.PARAMETER.saying("The parameter file is required."))
        mime = str(params.get("type") or file.type)
        family = family_of(mime)
        if family is None:
            raise Refused(
                errors.PARAMETER.saying("Param file must be a file with one of the following types: … Received " + mime)
            )
        if len(file.data) > LIMITS[family]:
            raise Refused(errors.PARAMETER.saying(f"File size of {len(file.data)} is over the limit."))
        return {"id": self.put(account, file.data, mime, file.name).id}

    def describe(self, media: Media) -> dict[str, Any]:
        """GET /{media}."""
        return {
            "messaging_product": "whatsapp",
            "url": self.bearer_url(media),
            "mime_type": media.type,
            "sha256": media.sha256,
            "file_size": len(media.data),
            "id": media.id,
        }

    def download(self, params: dict[str, Any], account: Account) -> Media | None:
        """None where the URL is unknown, too old, or another account's."""
        media, made = self.files.get(str(params.get("mid"))), self._urls.get(str(params.get("hash")))
        if media is None or made is None or media.account != account:
            return None
        return media if self._world.now() <= made + URL_LIVES else None

    def attach(self, account: Account, params: dict[str, Any], files: dict[str, Upload]) -> dict[str, Any]:
        """POST /{page}/message_attachments: by a file or by a URL that Meta would fetch."""
        attachment = needed(needed(params, "message"), "attachment")
        file, payload = files.get("filedata"), attachment.get("payload", {})
        if file is None and not payload.get("url"):
            raise Refused(errors.ATTACHMENT)
        kind = attachment.get("type")
        if file is not None and kind in ("image", "audio", "video") and not file.type.startswith(kind):
            raise Refused(errors.ATTACHMENT)
        data, mime, name = (file.data, file.type, file.name) if file else (payload["url"].encode(), "text/uri-list", "")
        return {"attachment_id": self.put(account, data, mime, name).id}


def family_of(mime: str) -> str | None:
    """Which of WhatsApp's size limits counts for this type; None for types it does not take."""
    plain = mime.split(";", maxsplit=1)[0].strip()
    return next((family for family, types in TAKEN.items() if plain in types), None)
