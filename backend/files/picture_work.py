"""What is done to pictures, in a process of its own: a hostile one may crash it, and nothing else."""

import io
import resource
import struct
import sys
import warnings
from typing import BinaryIO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

PIXELS_MAX: Final = 64_000_000
MEMORY_MAX: Final = 1024 * 1024 * 1024
FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "ICO")
QUALITY: Final = 80
ASKED: Final = struct.Struct(">II")
"""Before each request: longest side of the thumbnail, size of the picture."""
ANSWERED: Final = struct.Struct(">III")
"""Before each answer: width, height, size of the thumbnail."""
_FAILED: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
    OverflowError,
    IndexError,
    KeyError,
    TypeError,
)


def thumbnail(data: bytes, side: int) -> tuple[int, int, bytes]:
    """Width and height as seen (turned as it says), and a WebP or JPEG that fits into a square of that side.

    Raises ValueError, in one sentence.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise _Told(f"The picture is too large: {picture.width} × {picture.height} dots.")
            width, height = picture.size
            if picture.format != "TIFF" and picture.getexif().get(0x112, 1) in (5, 6, 7, 8):  # Pillow turns TIFF itself
                width, height = height, width
            picture.draft("RGB", (2 * side, 2 * side))
            small = ImageOps.exif_transpose(picture)
            return width, height, _saved(small, side)
    except UnidentifiedImageError:
        raise ValueError("This is no picture of a known kind.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError("The picture is too large.") from None
    except _Told:
        raise
    except _FAILED:
        raise ValueError("The picture is broken.") from None


class _Told(ValueError):
    """Already in words."""


def _saved(picture: Image.Image, side: int) -> bytes:
    clear = picture.has_transparency_data
    plain = picture.convert("RGBA" if clear else "RGB")
    plain.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # Nothing of the original's own words goes along: only its pixels, in the colours of a screen.
    plain.info.clear()
    plain.save(out, "WEBP" if clear else "JPEG", quality=QUALITY)
    return out.getvalue()


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Requests until there are no more. An answer of no width has the sentence for a body."""
    while len(head := asked.read(ASKED.size)) == ASKED.size:
        side, size = ASKED.unpack(head)
        data = asked.read(size)
        try:
            width, height, body = thumbnail(data, side)
        except ValueError as error:
            width, height, body = 0, 0, str(error).encode()
        answers.write(ANSWERED.pack(width, height, len(body)) + body)
        answers.flush()


def main() -> None:
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
