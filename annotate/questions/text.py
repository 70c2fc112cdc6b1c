"""Which texts can be kept and shown. It does not know what any of them means."""

NAME_SHOWN = 60


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold it: no NUL, no half of a surrogate pair (JSON allows both)."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def shown_name(name: object) -> str:
    """A name nobody knows, as an error can carry it: at most 60 characters that UTF-8 has."""
    return str(name)[:NAME_SHOWN].encode(errors="replace").decode()
