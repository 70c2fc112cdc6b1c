"""Which texts can be kept. It does not know what any of them means."""


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold it: no NUL, no half of a surrogate pair (JSON allows both)."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
