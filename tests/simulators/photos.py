"""Pictures that invented customers take of their modems, and a sticker."""

import io
import random

from PIL import Image, ImageDraw

LIGHTS = ((220, 50, 47), (40, 180, 99), (243, 156, 18))


def modem(dice: random.Random) -> bytes:
    """A JPEG: a box with four lights, red, green or amber."""
    picture = Image.new("RGB", (640, 480), (214, 207, 196))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 330, 640, 480), fill=(150, 111, 77))
    draw.rounded_rectangle((110, 190, 530, 350), 18, fill=(45, 49, 56))
    for number, name in enumerate(("POWER", "LOS", "PON", "LAN")):
        left = 160 + 95 * number
        draw.ellipse((left, 235, left + 26, 261), fill=dice.choice(LIGHTS))
        draw.text((left - 6, 275), name, fill=(200, 204, 210))
    return _saved(picture, "JPEG")


def sticker() -> bytes:
    """A WebP with nothing around it: a face that is pleased."""
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 40, 472, 472), fill=(255, 205, 64, 255))
    for left in (160, 300):
        draw.ellipse((left, 170, left + 52, 240), fill=(60, 45, 20, 255))
    draw.arc((150, 190, 362, 380), 20, 160, fill=(60, 45, 20, 255), width=18)
    return _saved(picture, "WEBP")


def _saved(picture: Image.Image, kind: str) -> bytes:
    held = io.BytesIO()
    picture.save(held, kind)
    return held.getvalue()
