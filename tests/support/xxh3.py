"""XXH3 (specification: https://xxhash.com) for texts of 4 to 16 bytes, which is what tests need: the
key of a visitor, of which checksums of member sets are made."""

MASK = (1 << 64) - 1
SECRET = bytes.fromhex(  # the beginning of the default one
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c")
PRIME32_2 = 0x85EBCA77
PRIME64_1 = 0x9E3779B185EBCA87
PRIME64_2 = 0xC2B2AE3D27D4EB4F
MIX = 0x9FB21C651E98DF25


def number(data, at, size=8):
    return int.from_bytes(data[at:at + size], "little")


def secret(at):
    """Two neighbouring numbers of the secret as one."""
    return number(SECRET, at) ^ number(SECRET, at + 8)


def swapped(value, size=8):
    return int.from_bytes(value.to_bytes(size, "little"), "big")


def avalanche(value):
    value ^= value >> 37
    value = value * 0x165667919E3779F9 & MASK
    return value ^ value >> 32


def spread(seed):
    return seed ^ swapped(seed & 0xFFFFFFFF, 4) << 32


def xxh3_64(data):
    """Of 4 to 8 bytes, with seed 0."""
    assert 4 <= len(data) <= 8
    value = number(data, len(data) - 4, 4) + (number(data, 0, 4) << 32) ^ secret(8)

    def rotated(by):
        return (value << by | value >> 64 - by) & MASK
    value ^= rotated(49) ^ rotated(24)
    value = value * MIX & MASK
    value ^= (value >> 35) + len(data)
    value = value * MIX & MASK
    return value ^ value >> 28


def xxh3_128(data, seed):
    """Of 4 to 16 bytes, as one number."""
    if len(data) > 8:
        return of_9_to_16(data, seed)
    assert len(data) >= 4
    keyed = number(data, 0, 4) + (number(data, len(data) - 4, 4) << 32)
    keyed ^= secret(16) + spread(seed) & MASK
    product = keyed * (PRIME64_1 + (len(data) << 2))
    low, high = product & MASK, product >> 64 & MASK
    high = high + (low << 1) & MASK
    low ^= high >> 3
    low ^= low >> 35
    low = low * MIX & MASK
    low ^= low >> 28
    return avalanche(high) << 64 | low


def of_9_to_16(data, seed):
    assert len(data) <= 16
    first, last = number(data, 0), number(data, len(data) - 8)
    product = (first ^ last ^ secret(32) - seed & MASK) * PRIME64_1
    low = (product & MASK) + (len(data) - 1 << 54) & MASK
    last ^= secret(48) + seed & MASK
    high = (product >> 64) + last + (last & 0xFFFFFFFF) * (PRIME32_2 - 1) & MASK
    low ^= swapped(high)
    product = low * PRIME64_2
    high = (product >> 64) + high * PRIME64_2 & MASK
    return avalanche(high) << 64 | avalanche(product & MASK)


def visitor_key(site, visitor):
    return xxh3_128(visitor.encode(), xxh3_64(site.encode()) & 0xFFFFFFFF)
