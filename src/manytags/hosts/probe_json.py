"""Write facts as JSON without the json module: Debian's minimal Python, the only one in many containers, lacks it.

Part of the probe: it runs on Python 3.6 and imports nothing. ``facts_json`` reads this form.
"""


def facts_as_json(facts: "dict[str, object]", seen: "dict[str, str]") -> str:
    """Write facts, and where each was seen, as one line of ASCII."""
    parts = [f'{as_json(name)}: {{"value": {as_json(facts[name])}, "seen": {as_json(seen[name])}}}' for name in facts]
    return '{"manytags_facts": 1, "facts": {' + ", ".join(parts) + "}}"


def as_json(value: object) -> str:
    """Write a string, an integer, a boolean, or a list of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(as_json, value)) + "]"
    text = str(value)
    if text.isprintable() and len(text) == len(text.encode("utf-8")) and '"' not in text and "\\" not in text:
        return '"' + text + '"'  # plain ASCII, like nearly all texts
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    number = ord(character)
    if 31 < number < 127 and character not in {'"', "\\"}:
        return character
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
