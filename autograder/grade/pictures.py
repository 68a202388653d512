"""Pictures of a student's as a page can show them: PNG or JPEG, of a size that a browser takes.

A small PNG or JPEG is taken as it is. Every other picture is read by Pillow in a process of its own, which has given up files,
network and most of its memory before it meets the picture: `python -m autograder.grade.pictures` reads one from its standard
input and writes it, scaled, to its standard output.
"""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
from functools import lru_cache

# As it is up to this size; else scaled to this many pixels a side, which a page of writing needs to be read.
MAX_BYTES = 400_000
MAX_SIDE = 2000
SCALED_SIDE = 1400
MAX_PIXELS = 120_000_000
SECONDS = 20
MEMORY = 1 << 30
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PLUGINS = (
    "PngImagePlugin",
    "JpegImagePlugin",
    "GifImagePlugin",
    "WebPImagePlugin",
    "BmpImagePlugin",
    "TiffImagePlugin",
    "AvifImagePlugin",
)


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes: png, jpeg, gif, webp, bmp, tiff, avif, heic, svg, pdf; else empty."""
    marks = (
        (b"\x89PNG", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF8", "gif"),
        (b"BM", "bmp"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"%PDF", "pdf"),
    )
    found = next((kind for mark, kind in marks if data.startswith(mark)), "")
    if not found and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = "webp"
    if not found and data[4:8] == b"ftyp":
        found = "avif" if data[8:12] in (b"avif", b"avis") else "heic"
    if not found and b"<svg" in data[:1000].lower():
        found = "svg"
    return found


def sides(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG or a JPEG, as its head says; zeros where it does not."""
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


@lru_cache(maxsize=64)
def showable(data: bytes) -> tuple[str, bytes] | None:
    """A picture as a page can show it: its type and its bytes; None for what cannot be shown."""
    kind = kind_of(data)
    if kind in ("png", "jpeg"):
        width, height = sides(data)
        if 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and len(data) <= MAX_BYTES:
            return f"image/{kind}", data
    if kind in ("", "svg", "pdf", "heic"):
        return None
    try:
        done = subprocess.run(
            [sys.executable, "-m", "autograder.grade.pictures"],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=3 * SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return (f"image/{kind_of(done.stdout)}", done.stdout) if kind_of(done.stdout) in ("png", "jpeg") else None


def main() -> None:
    """In the process of its own: one picture in, one out."""
    import importlib
    import io
    import resource

    from PIL import Image, ImageOps

    from autograder.sandbox import walls

    for plugin in PLUGINS:
        with contextlib.suppress(ImportError):
            importlib.import_module(f"PIL.{plugin}")
    data = sys.stdin.buffer.read()
    walls.die_with_parent()
    walls.close_memory()
    walls.limit_memory(MEMORY)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    walls.restrict_files([], [])
    walls.restrict_calls()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image._initialized = 2  # no other plugin is looked for
    with Image.open(io.BytesIO(data)) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            sys.exit(1)
        opened.draft("RGB", (SCALED_SIDE, SCALED_SIDE))
        picture: Image.Image = ImageOps.exif_transpose(opened)
        picture.thumbnail((SCALED_SIDE, SCALED_SIDE))
        if picture.mode not in ("RGB", "L"):
            ground = Image.new("RGB", picture.size, "white")
            with_alpha = picture.convert("RGBA")
            ground.paste(with_alpha, mask=with_alpha.getchannel("A"))
            picture = ground
    for quality in (80, 60, 40, 20):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        if out.tell() <= MAX_BYTES:
            break
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    main()
