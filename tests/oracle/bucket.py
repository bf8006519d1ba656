"""bucket("experiment") as docs/audience-language.md describes it. Nothing here is shared with the
engine."""
import ctypes

from server import SITE

MASK = (1 << 64) - 1


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def key_function():
    """(high, low) of a visitor's key: XXH3, 128 bits, of the name, seeded with the site's."""
    xxhash = ctypes.CDLL("libxxhash.so.0")
    xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    xxhash.XXH3_64bits.restype = ctypes.c_uint64
    xxhash.XXH3_128bits_withSeed.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
    xxhash.XXH3_128bits_withSeed.restype = Hash128
    site = xxhash.XXH3_64bits(SITE.encode(), len(SITE)) & 0xffffffff

    def key_of(who):
        name = who.encode()
        value = xxhash.XXH3_128bits_withSeed(name, len(name), site)
        return value.high, value.low
    return key_of


def mix(h):
    h = ((h ^ h >> 30) * 0xBF58476D1CE4E5B9) & MASK
    h = ((h ^ h >> 27) * 0x94D049BB133111EB) & MASK
    return h ^ h >> 31


def bucket_of(experiment, high, low):
    """In hundredths."""
    seed = 0xcbf29ce484222325
    for byte in experiment.encode():
        seed = ((seed ^ byte) * 0x100000001b3) & MASK
    return (mix(mix(seed ^ low) ^ high) >> 32) * 10_000 >> 32


assert bucket_of("colours", 1, 2) == 1545 and bucket_of("prices", 1, 2) == 7389
