"""PNG files made small: a page needs no more than 256 colours.

Reads what Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced (PNG specification, 3rd edition).
"""
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    at = len(SIGNATURE)
    while at < len(data):
        (size,) = struct.unpack(">I", data[at:at + 4])
        yield data[at + 4:at + 8], data[at + 8:at + 8 + size]
        at += size + 12


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def paeth(a, b, c):
    p = a + b - c
    da, db, dc = abs(p - a), abs(p - b), abs(p - c)
    return a if da <= db and da <= dc else b if db <= dc else c


def rows(data):
    """The rows of pixels, without their filters, and how many bytes a pixel has."""
    width, height, depth, kind = struct.unpack(">IIBB", next(body for name, body in chunks(data) if name == b"IHDR")[:10])
    assert depth == 8 and kind in (2, 6), "no picture of Chromium's"
    size = 4 if kind == 6 else 3
    raw = zlib.decompress(b"".join(body for name, body in chunks(data) if name == b"IDAT"))
    stride, before, result = width * size, bytes(width * size), []
    for y in range(height):
        filtering, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride if filtering else 0):
            left = line[i - size] if i >= size else 0
            corner = before[i - size] if i >= size else 0
            guess = (left, before[i], (left + before[i]) // 2, paeth(left, before[i], corner))[filtering - 1]
            line[i] = (line[i] + guess) & 255
        before = bytes(line)
        result.append(before)
    return result, size


def shrink(data):
    """The same picture with at most 256 colours: the most frequent ones; each other pixel gets the nearest of them."""
    lines, size = rows(data)
    counts = {}
    for line in lines:
        for x in range(0, len(line), size):
            color = line[x:x + 3]
            counts[color] = counts.get(color, 0) + 1
    palette = sorted(counts, key=counts.get, reverse=True)[:256]
    index = {color: i for i, color in enumerate(palette)}
    for color in counts:
        if color not in index:
            index[color] = min(range(len(palette)), key=lambda i: sum((a - b) ** 2 for a, b in zip(palette[i], color)))
    packed = b"".join(b"\0" + bytes(index[line[x:x + 3]] for x in range(0, len(line), size)) for line in lines)
    head = struct.pack(">IIBBBBB", len(lines[0]) // size, len(lines), 8, 3, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + chunk(b"PLTE", b"".join(palette)) + \
        chunk(b"IDAT", zlib.compress(packed, 9)) + chunk(b"IEND", b"")
