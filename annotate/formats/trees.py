"""The tree form: OpenAssistant's message trees, in which people ranked the replies to a prompt.

`message_tree_id` and `prompt`, a message with `replies` that have replies. A row gives a record for
every two or more ranked assistant replies to one message; `rank` counts from 0, the best. A reply
beside them that came without a rank was compared with nothing: it is kept in the meta. A set that
cannot be a task is a BadLine of its own. A deleted message and all that answers it are as if they
were not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from annotate.formats.candidates import bare
from annotate.formats.fields import items, kind, name, whole
from annotate.formats.meta import storable
from annotate.formats.records import MAX_RESPONSES, BadLine, BadRecord, Message, Record, Role, Row
from annotate.formats.transcripts import ends_with_user
from annotate.formats.votes import dense

_ROLES: dict[str, Role] = {"prompter": "user", "assistant": "assistant"}
_HIGHEST_RANK = 1000
_SHOWN = frozenset({"text", "role", "replies"})


def tree(line: int, row: Row) -> list[Record | BadLine]:
    """A record or a complaint for each ranked set, parents before what answers them."""
    if name(row.get("message_tree_id"), "message_tree_id") is None:
        raise BadRecord("message_tree_id is missing.")
    found: list[Record | BadLine] = []
    for conversation, replies in _ranked_sets(_message(row.get("prompt"), "prompt")):
        parent = conversation[-1]["message_id"]
        try:
            found.append(_record(line, row["message_tree_id"], conversation, replies))
        except BadRecord as error:
            found.append(BadLine(line, f"The replies to {parent} were left out: {error}"))
    return found


def _ranked_sets(root: Row) -> Iterator[tuple[tuple[Row, ...], list[Row]]]:
    """The messages down to a parent, and the assistant's replies to it, two of them ranked."""
    left: list[tuple[Row, ...]] = [] if root.get("deleted") else [(root,)]
    while left:  # no recursion: a conversation may be longer than Python's calls are deep
        conversation = left.pop()
        replies = _replies(conversation[-1])
        answers = [reply for reply in replies if reply["role"] == "assistant"]
        if sum(map(_is_ranked, answers)) > 1:
            yield conversation, answers
        left += [(*conversation, reply) for reply in reversed(replies)]


def _replies(parent: Row) -> list[Row]:
    field = f"replies of {parent['message_id']}"
    found = items(parent.get("replies", []), field)
    checked = [_message(reply, f"{field}[{place}]") for place, reply in enumerate(found)]
    return [reply for reply in checked if not reply.get("deleted")]


def _message(value: Any, field: str) -> Row:
    if type(value) is not dict:
        raise BadRecord(f"{field} must be a message with text and replies; it is {kind(value)}.")
    if name(value.get("message_id"), f"{field}.message_id") is None:
        raise BadRecord(f"{field}.message_id is missing.")
    if value.get("role") not in ("prompter", "assistant"):
        raise BadRecord(f"{field}.role must be prompter or assistant.")
    if type(value.get("text")) is not str:
        raise BadRecord(f"{field}.text must be text; it is {kind(value.get('text'))}.")
    return value


def _record(line: int, tree_id: Any, conversation: Sequence[Row], replies: list[Row]) -> Record:
    parent = conversation[-1]["message_id"]
    ranked = list(filter(_is_ranked, replies))
    if len(ranked) > MAX_RESPONSES:
        raise BadRecord(f"they are {len(ranked)}; a task takes at most {MAX_RESPONSES} responses.")
    said = [reply["message_id"] for reply in ranked]
    unranked = [_alone(reply) for reply in replies if not _is_ranked(reply)]
    meta = {"tree": tree_id, "parent": parent, "replies": list(map(_unshown, ranked))}
    return Record(
        line,
        name(parent, "message_id"),
        ends_with_user(tuple([_said(message) for message in conversation]), "the conversation"),
        bare([reply["text"] for reply in ranked], [f"reply {one}" for one in said]),
        (),
        dense([whole(reply["rank"], "rank", 0, _HIGHEST_RANK) for reply in ranked]),
        None,
        storable({**meta, "unranked": unranked} if unranked else meta),
    )


def _is_ranked(reply: Row) -> bool:
    return reply.get("rank") is not None


def _said(message: Row) -> Message:
    return {"role": _ROLES[message["role"]], "content": message["text"]}


def _alone(reply: Row) -> Row:
    """The reply without what answers it."""
    return {field: value for field, value in reply.items() if field != "replies"}


def _unshown(reply: Row) -> Row:
    """What the file says about a reply beyond its text and its place in the tree."""
    return {field: value for field, value in reply.items() if field not in _SHOWN}
