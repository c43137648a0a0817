"""Makes text safe to show: what came out of a notebook, and names of files."""

import re

MAX_SHOWN = 2000
"""A longer text is cut: nobody reads more."""

_LINE_END = re.compile(r"\r\n?")
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # marks that make text run backwards
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_UNFIT = dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD)


def printable(text: str, length: int = MAX_SHOWN) -> str:
    """The text without what moves a cursor, hides words or cannot be encoded, and no longer than `length`.

    Messages may quote a learner's output. A terminal would obey an escape sequence in it (and could
    be made to print a verdict of its own), XML 1.0 forbids most control characters, and UTF-8 has
    no surrogates. Colours and line ends are tidied; anything else is shown as a sign that stands for it.
    """
    start = text[: length + 1000]  # enough for escape sequences that fall away; the rest need not be looked at
    lines = _DIRECTION.sub("", _LINE_END.sub("\n", start))
    clean = _ESCAPE_SEQUENCE.sub("", lines).translate(_PICTURES | _UNFIT)
    return clean if len(text) == len(start) and len(clean) <= length else f"{clean[:length]}…"


# Letters and marks by their category, and yet nothing is seen of them: Unicode's Default_Ignorable_Code_Point.
_UNSEEN = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}


def escaped(name: str) -> str:
    """A name on one line, in which every character shows: others as escapes, so that two names never look the same.

    A backslash is escaped too: `an\\x1b` may not stand for two names.
    """
    return "".join(map(_shown, name))


def _shown(character: str) -> str:
    code = ord(character)
    unseen = code in _UNSEEN or 0x180B <= code <= 0x180F or 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE0FFF
    if character.isprintable() and not unseen and character != "\\":
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
