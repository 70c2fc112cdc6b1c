"""What every kind of question says when a spec or an answer is refused."""


class _Refused(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class InvalidSpec(_Refused):
    """A spec is refused: `field` names the setting, `message` tells an admin what to do."""


class InvalidAnswer(_Refused):
    """An answer is refused: `field` names the part, `message` tells the rater what to do."""
