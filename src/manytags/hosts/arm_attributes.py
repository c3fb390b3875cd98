"""Read the attributes of 32-bit Arm code: its architecture version, and how it passes floats.

Part of the probe: it runs on Python 3.6 and imports the standard library only. It trusts no number that it reads: every
size has a bound, and every step moves forward.

Rule: Addenda to, and Errata in, the ABI for the Arm Architecture, section 3 (build attributes).
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

TAG_CPU_ARCH = 6
TAG_ABI_VFP_ARGS = 28


def arm_attributes(data: bytes, order: "Literal['little', 'big']") -> "dict[int, int]":
    """Read the numbers of the first file-scope ``aeabi`` subsection of ``.ARM.attributes``, up to malformed data.

    :param data: the section.
    :param order: byte order of the file.
    :returns: attribute tag to value.
    """
    if data[:1] != b"A":
        return {}
    start = 1
    while start + 4 < len(data):
        length = int.from_bytes(data[start : start + 4], order)
        if length < 5:
            break
        subsection = data[start + 4 : start + length]
        if subsection[:6] == b"aeabi\0":
            return _file_attributes(subsection[6:], order)
        start += length
    return {}


def _file_attributes(data: bytes, order: "Literal['little', 'big']") -> "dict[int, int]":
    # A sub-subsection is Tag_File (1), its size including these five bytes, then tags and values.
    if data[:1] != b"\x01" or len(data) < 5:
        return {}
    data = data[5 : int.from_bytes(data[1:5], order)]
    attributes = {}
    position = 0
    while position < len(data):
        tag, position = _uleb128(data, position)
        value = None
        # Tag_CPU_raw_name, Tag_CPU_name and odd tags above 32 are strings; Tag_compatibility is a number and a string.
        if tag not in (4, 5) and (tag <= 32 or tag % 2 == 0):
            value, position = _uleb128(data, position)
        if value is None or tag == 32:
            end = data.find(b"\0", position)
            position = len(data) if end < 0 else end + 1
        if value is not None:
            attributes[tag] = value
    return attributes


def _uleb128(data: bytes, position: int) -> "tuple[int, int]":
    value = shift = 0
    while position < len(data):
        byte = data[position]
        position += 1
        if shift < 35:  # attributes have 32 bits; a longer number is false and must not grow
            value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value, position
