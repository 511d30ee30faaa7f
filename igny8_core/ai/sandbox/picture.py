"""A real PNG of any size, small, and another one for every other prompt, model or size."""

import struct
import zlib
from hashlib import sha256
from typing import Final

_TILES: Final = 8
_PALETTE_COLOURS: Final = 8
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_PALETTE: Final = bytes([8, 3, 0, 0, 0])


def picture(*, prompt: str, model: str, width: int, height: int) -> bytes:
    """Return a PNG of coloured tiles; its colours and its pattern are those of the prompt, model and size."""
    seed = sha256(f"{model}\x1f{width}x{height}\x1f{prompt}".encode()).digest()
    # Eight colours of three bytes each, and eight rows of eight tiles.
    palette, pattern = seed[: 3 * _PALETTE_COLOURS], sha256(seed).digest() * 2
    rows = b"".join(_row(pattern, y * _TILES // height, width) for y in range(height))
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">II", width, height) + _EIGHT_BIT_PALETTE),
            _chunk(b"PLTE", palette),
            # The seed itself makes two pictures differ even where their tiles happen to be equal.
            _chunk(b"tEXt", b"Comment\0" + seed.hex().encode()),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _row(pattern: bytes, tile_row: int, width: int) -> bytes:
    tiles = pattern[tile_row * _TILES : (tile_row + 1) * _TILES]
    edges = [index * width // _TILES for index in range(_TILES + 1)]
    pixels = b"".join(
        bytes([tile % _PALETTE_COLOURS]) * (right - left)
        for tile, left, right in zip(tiles, edges[:-1], edges[1:], strict=True)
    )
    return b"\0" + pixels


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
