"""Makes text that came out of a notebook safe to show."""

import unicodedata


def printable(text: str, length: int = 1000) -> str:
    """At most `length` characters of `text`, without those that steer a terminal or that no file can hold.

    Escape sequences could clear the screen and print another verdict; half a surrogate pair ends
    whoever prints it with a UnicodeEncodeError.
    """
    clean = "".join(_printable(character) for character in text[:length])
    return clean + "…" if len(text) > length else clean


def _printable(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    match unicodedata.category(character):
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
    return ""
