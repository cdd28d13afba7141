"""What the Bot API takes, as data."""

from omnix_protocol.channels import Capabilities, MediaLimit, TextUnit
from omnix_protocol.content import ActKind

MIB = 1024 * 1024
CAPABILITIES = Capabilities(
    text_max=4096,
    text_unit=TextUnit.UTF16,
    attachments=True,
    attachments_max=1,
    caption_max=1024,
    attachment_max_bytes=50 * MIB,
    media_limits=(MediaLimit(types=("image/*", "video/*", "audio/*"), max_bytes=50 * MIB),),
    location=True,
    contacts=True,
    buttons_max=8,
    quotes=True,
    acts=(ActKind.EDIT, ActKind.DELETE, ActKind.REACT),
    edit_seconds=48 * 3600,
    edits=True,
)
