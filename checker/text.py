"""Makes text that came out of a notebook safe to show."""

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
