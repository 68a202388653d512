"""Convert students' pictures for web pages: to PNG or JPEG of a size that browsers can show.

A small, complete PNG or JPEG is used unchanged. Any other picture is read by Pillow in a separate process that has given up file
access, network and most of its memory: `python -m autograder.grade.pictures` reads one from standard input and writes it,
scaled, to standard output.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Larger pictures are scaled to SCALED_SIDE pixels per side, enough to read a page of handwriting.
MAX_BYTES = 400_000
MAX_SIDE = 2000
SCALED_SIDE = 1400
MAX_PIXELS = 120_000_000
SECONDS = 20
MEMORY = 1 << 30
# Limits for further pictures of a notebook that has many.
SMALL_BYTES = 80_000
SMALL_SIDE = 900
# Number of converted pictures cached by content.
REMEMBERED = 256
# How every PNG begins, as bytes and in base64.
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PNG_IN_BASE64 = "iVBORw0KGgo"
PLUGINS = ("PngImagePlugin", "JpegImagePlugin", "GifImagePlugin", "WebPImagePlugin", "BmpImagePlugin", "TiffImagePlugin",
           "AvifImagePlugin")


def kind_of(data: bytes) -> str:
    """Return the kind of a file by its first bytes: png, jpeg, gif, webp, bmp, tiff, avif, heic, svg, pdf; else empty."""
    marks = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tiff"),
             (b"MM\0*", "tiff"), (b"%PDF", "pdf"))
    found = next((kind for mark, kind in marks if data.startswith(mark)), "")
    if not found and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = "webp"
    if not found and data[4:8] == b"ftyp":
        found = "avif" if data[8:12] in (b"avif", b"avis") else "heic"
    if not found and b"<svg" in data[:100_000].lower():
        found = "svg"
    return found


def sides(data: bytes) -> tuple[int, int]:
    """Return width and height from the header of a PNG or JPEG; zeros if unknown."""
    if data.startswith(PNG) and len(data) > 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 < len(data) and data[at] == 0xFF:
        mark, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + size
    return 0, 0


def is_whole(data: bytes) -> bool:
    """Whether a PNG or JPEG is complete; browsers show truncated ones broken or not at all."""
    if data.startswith(b"\xff\xd8"):
        return b"\xff\xd9" in data[-4096:]
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at += 12 + size
    return False


@dataclass(frozen=True)
class Shown:
    """The result of converting a picture.

    Attributes
    ----------
    kind : str
        Media type, or empty if it cannot be shown.
    data : bytes
    pixels : int
        Pixels decoded in the separate process, as a measure of cost.
    """

    kind: str = ""
    data: bytes = b""
    pixels: int = 0

    def __bool__(self) -> bool:
        return bool(self.kind)


_made: dict[tuple[bytes, bool], Shown] = {}


def is_ready(data: bytes) -> bool:
    """Whether a page can show the picture unchanged."""
    width, height = sides(data)
    kind = kind_of(data)
    return (kind in ("png", "jpeg") and 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and len(data) <= MAX_BYTES
            and is_whole(data))


def showable(data: bytes, small: bool = False) -> Shown:
    """Return a picture in a form that a page can show; `small` if the page has many."""
    if is_ready(data) and not (small and len(data) > SMALL_BYTES):
        return Shown(f"image/{kind_of(data)}", data)
    if kind_of(data) in ("", "svg", "pdf", "heic"):
        return Shown()
    key = hashlib.sha256(data).digest(), small
    if key not in _made:
        if len(_made) >= REMEMBERED:
            _made.clear()
        _made[key] = _scaled(data, small)
    return _made[key]


def _scaled(data: bytes, small: bool) -> Shown:
    """Convert the picture in a separate process, which first reports the number of pixels."""
    try:
        done = subprocess.run([sys.executable, "-m", "autograder.grade.pictures", *(["small"] if small else [])],
                              input=data, capture_output=True, timeout=3 * SECONDS, check=False)
    except (subprocess.SubprocessError, OSError):
        return Shown(pixels=MAX_PIXELS)
    first = done.stderr.partition(b"\n")[0]
    pixels = int(first) if first.isdigit() and len(first) < 20 else 0
    kind = kind_of(done.stdout)
    fits = done.returncode == 0 and kind in ("png", "jpeg")
    return Shown(f"image/{kind}", done.stdout, pixels) if fits else Shown(pixels=pixels)


def main() -> None:
    """Entry point of the separate process: convert one picture."""
    import importlib
    import io
    import resource

    from PIL import Image, ImageOps

    from autograder.sandbox import walls

    for plugin in PLUGINS:
        with contextlib.suppress(ImportError):
            importlib.import_module(f"PIL.{plugin}")
    side, most = (SMALL_SIDE, SMALL_BYTES) if sys.argv[1:] == ["small"] else (SCALED_SIDE, MAX_BYTES)
    data = sys.stdin.buffer.read()
    walls.die_with_parent()
    walls.close_memory()
    walls.limit_memory(MEMORY)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    walls.restrict_files([], [])
    walls.restrict_calls()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image._initialized = 2  # prevents Pillow from loading further plugins
    with Image.open(io.BytesIO(data)) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            sys.exit(1)
        print(opened.width * opened.height, file=sys.stderr, flush=True)
        opened.draft("RGB", (side, side))
        picture: Image.Image = ImageOps.exif_transpose(opened)
        if ";" in picture.mode:  # 16 bits in foreign byte order: filters do not support them
            picture = picture.convert("I")
        picture.thumbnail((side, side))
        picture = _opaque(_in_8_bits(picture))
    for quality in (80, 60, 40, 20):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        if out.tell() <= most:
            break
    sys.stdout.buffer.write(out.getvalue())


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """Scale 16-bit grey, or other numeric modes, to 8 bits."""
    if not picture.mode.startswith(("I", "F")):
        return picture
    picture = picture.convert("F")
    low, high = picture.getextrema()
    if not (isinstance(low, float) and isinstance(high, float) and low < high):
        return picture.convert("L")
    if low >= 0 and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    scale = 255 / (high - low)
    return picture.point(lambda value: value * scale - low * scale).convert("L")


def _opaque(picture: Image.Image) -> Image.Image:
    """Convert to a JPEG colour mode, on white where transparent."""
    from PIL import Image

    if picture.mode in ("RGB", "L"):
        return picture
    ground = Image.new("RGB", picture.size, "white")
    with_alpha = picture.convert("RGBA")
    ground.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return ground


if __name__ == "__main__":
    main()
