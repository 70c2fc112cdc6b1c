"""Files as files: compression, size, damage, and where records begin and end."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.formats import MAX_LINE, BadLine, Record, UnreadableFile, read, source
from annotate.formats.elements import elements


def pair(number: int, **more: Any) -> dict[str, Any]:
    return {"prompt": f"Question {number}", "chosen": f"Yes {number}", "rejected": "No", **more}


def line(number: int, **more: Any) -> bytes:
    return json.dumps(pair(number, **more)).encode() + b"\n"


def items(data: bytes, **options: Any) -> list[Record | BadLine]:
    return list(read(io.BytesIO(data), name="votes.jsonl", **options))


def refusal(data: bytes, **options: Any) -> str:
    with pytest.raises(UnreadableFile) as caught:
        items(data, **options)
    return str(caught.value)


def summary(data: bytes) -> list[tuple[int, str]]:
    """Each item's line with the record's chosen text or the complaint."""
    return [
        (item.line, item.reason if isinstance(item, BadLine) else item.responses[0].text)
        for item in items(data)
    ]


NESTED = b'{"a": [1, "]"], "b": "' + b"x" * 1000 + b'"},'


class Dribble(io.BytesIO):
    """A stream that gives a byte at a time, as a slow network may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1)


class Breaking(io.BytesIO):
    """A stream whose disk fails after the bytes it was given."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if not piece:
            raise OSError("Input/output error")
        return piece


class Long(io.BytesIO):
    """`filler` repeated to `size` bytes between two small ends, never held as a whole."""

    def __init__(self, before: bytes, filler: bytes, size: int, after: bytes) -> None:
        super().__init__()
        times = 2**16
        self._pieces = [before, *[filler * times] * (size // (len(filler) * times)), after]

    def read(self, size: int | None = -1, /) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    """Fail if the block ever holds `limit` bytes more than at its start."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_lines_are_read_in_order_with_their_numbers_and_blank_lines_count() -> None:
    assert summary(line(1) + b"\n  \n" + line(4)) == [(1, "Yes 1"), (4, "Yes 4")]


def test_the_last_line_needs_no_newline_and_windows_newlines_are_fine() -> None:
    data = (line(1) + line(2)).replace(b"\n", b"\r\n").rstrip()
    assert summary(data) == [(1, "Yes 1"), (2, "Yes 2")]


def test_blank_lines_and_a_byte_order_mark_may_come_first() -> None:
    assert summary(b"\xef\xbb\xbf\n\n" + line(3)) == [(3, "Yes 3")]
    assert summary(b"\n" * (source.CHUNK + 5) + line(1)) == [(source.CHUNK + 6, "Yes 1")]


def test_gzip_is_known_by_its_magic_whatever_the_name() -> None:
    assert summary(gzip.compress(line(1))) == [(1, "Yes 1")]


def test_several_gzip_members_and_zero_padding_are_one_file() -> None:
    data = gzip.compress(line(1)) + gzip.compress(line(2)) + b"\0" * 512
    assert summary(data) == [(1, "Yes 1"), (2, "Yes 2")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_stream_that_gives_a_byte_at_a_time_reads_the_same(pack: Callable[..., bytes]) -> None:
    data = pack(b"\xef\xbb\xbf" + line(1) + line(2))
    found = list(read(Dribble(data), name="slow"))
    assert [item.line for item in found] == [1, 2]


def test_a_truncated_gzip_yields_the_good_records_and_then_says_where_it_ends() -> None:
    data = gzip.compress(b"".join(line(number) for number in range(20_000)))
    *good, last = items(data[: len(data) // 2])
    assert len(good) > 1000
    assert all(isinstance(item, Record) for item in good)
    assert last == BadLine(
        len(good) + 1,
        "From here on nothing could be read: the gzip file is cut off before its end. What stands"
        " before was read.",
    )


def test_a_damaged_gzip_ends_in_a_bad_line() -> None:
    data = bytearray(gzip.compress(line(1)) + gzip.compress(line(2)))
    data[-6] ^= 0xFF  # in the checksum of the second member
    *_, last = items(bytes(data))
    assert isinstance(last, BadLine)
    assert "the gzip data is damaged" in last.reason


def test_bytes_that_are_no_gzip_after_a_gzip_member_end_in_a_bad_line() -> None:
    first, last = items(gzip.compress(line(1)) + b"garbage")
    assert isinstance(first, Record)
    assert isinstance(last, BadLine)
    assert last.line == 2


def test_a_gzip_damaged_from_the_start_is_unreadable() -> None:
    assert "gzip data is damaged" in refusal(b"\x1f\x8b" + b"x" * 100)
    assert "cut off before its end" in refusal(gzip.compress(line(1))[:20])


def test_a_disk_that_fails_half_way_ends_in_a_bad_line() -> None:
    data = b"".join(line(number) for number in range(100))
    *good, last = list(read(Breaking(data), name="disk"))
    assert len(good) == 100
    assert isinstance(last, BadLine)
    assert "reading failed (Input/output error)" in last.reason


def test_a_disk_that_fails_at_once_is_unreadable() -> None:
    with pytest.raises(UnreadableFile, match=r"disk cannot be read: Input/output error"):
        list(read(Breaking(b""), name="disk"))
    with pytest.raises(UnreadableFile, match=r"no JSON object .* reading failed"):
        list(read(Breaking(b" " * 100), name="disk"))


@pytest.mark.parametrize("data", [b"", gzip.compress(b"", mtime=0), b"  \n\n", b"[]", b" [ ]\n"])
def test_an_empty_file_is_unreadable_and_the_known_forms_are_named(data: bytes) -> None:
    sentence = refusal(data)
    assert sentence.startswith(("votes.jsonl is empty.", "votes.jsonl holds no records."))
    assert all(form in sentence for form in ("hh", "preference", "ranking"))


def test_a_git_lfs_pointer_is_named_as_such() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 9\n"
    assert "git lfs pull" in refusal(pointer)
    assert "git lfs pull" in refusal(gzip.compress(pointer))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PAR1" + bytes(100), "a Parquet file"),
        (b"PK\x03\x04" + bytes(100), "a ZIP archive"),
        ("[1]".encode("utf-16"), "UTF-16 text"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, what: str) -> None:
    assert f"votes.jsonl is {what}." in refusal(data)


def test_a_file_without_one_json_object_is_unreadable_and_names_its_first_line() -> None:
    sentence = refusal(b"\nid,text\n1,hello\n")
    assert "no JSON object" in sentence
    assert "Line 2: The record is not JSON" in sentence


def test_a_long_file_without_json_is_given_up_early() -> None:
    stream = io.BytesIO(b"no json\n" * 1_000_000)
    with pytest.raises(UnreadableFile):
        list(read(stream, name="log"))
    assert stream.tell() <= 2 * source.CHUNK


def test_bad_lines_before_the_first_object_are_kept() -> None:
    assert [item.line for item in items(b"oops\n" + line(2))] == [1, 2]
    assert isinstance(items(b"oops\n" + line(2))[0], BadLine)


def test_an_unknown_form_names_its_fields_and_the_known_forms() -> None:
    sentence = refusal(b'{"question": "?", "answer": "!"}\n')
    assert "its fields are answer, question." in sentence
    assert "Known forms are: hh" in sentence
    assert "its fields are none." in refusal(b"{}\n")


def test_an_unknown_format_name_is_refused() -> None:
    assert "There is no format 'csv'." in refusal(line(1), format="csv")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"prompt": "\xff"}', "The record is not UTF-8: byte 13 of it is 0xff."),
        (b'{"prompt": "\\ud800"}', "half a character (a lone surrogate)"),
        (b'{"prompt": "\\udc00"}', "half a character (a lone surrogate)"),
        (b'{"prompt": "a"', "The record is not JSON: unexpected end of data"),
        (b'{"prompt": NaN}', "The record is not JSON"),
        (b"[1]", "A record must be a JSON object; this is a list."),
        (b"12", "A record must be a JSON object; this is a number."),
        (b"[" * 5000 + b"]" * 5000, "depth limit"),
    ],
)
def test_a_line_that_is_no_object_is_reported_and_its_neighbours_are_read(
    raw: bytes, reason: str
) -> None:
    before, bad, after = items(line(1) + raw + b"\n" + line(3))
    assert isinstance(before, Record)
    assert isinstance(after, Record)
    assert isinstance(bad, BadLine)
    assert bad.line == 2
    assert reason in bad.reason


@pytest.mark.parametrize("is_list", [False, True])
@pytest.mark.parametrize("filler", [b"x", b'\\"', NESTED])
def test_a_line_of_100_megabytes_is_skipped_in_bounded_memory(filler: bytes, is_list: bool) -> None:
    quote = b"" if filler == NESTED else b'"'
    comma = b"," if is_list else b""
    before = (b"[" if is_list else b"") + line(1)[:-1] + comma + b'\n{"prompt": [' + quote
    after = quote + b"]}" + comma + b"\n" + line(3) + (b"]" if is_list else b"")
    stream = Long(before, filler, 100 * 2**20, after)
    with memory_below(5 * MAX_LINE):
        found = list(read(stream, name="long"))
    assert [type(item) for item in found] == [Record, BadLine, Record]
    assert found[1] == BadLine(2, "The record is longer than 16 MiB; it was skipped.")
    assert found[2].line == 3


def test_a_line_just_over_the_limit_is_skipped_and_one_at_the_limit_is_read() -> None:
    room = MAX_LINE - len(json.dumps(pair(1, note="")))
    fits = json.dumps(pair(1, note="x" * room)).encode()
    assert len(fits) == MAX_LINE
    found = items(fits + b"\n" + fits[:-1] + b" }\n" + line(3))
    assert [type(item) for item in found] == [Record, BadLine, Record]


def test_a_too_long_last_line_is_reported_without_a_newline() -> None:
    found = items(line(1) + b"x" * (MAX_LINE + source.CHUNK))
    assert found[1] == BadLine(2, "The record is longer than 16 MiB; it was skipped.")


def test_a_small_gzip_that_unpacks_to_much_is_read_in_bounded_memory() -> None:
    packer = io.BytesIO()
    with gzip.GzipFile(fileobj=packer, mode="wb") as sink:
        sink.write(line(1))
        for _ in range(100):
            sink.write(b"x" * 2**20)
    packer.seek(0)
    with memory_below(5 * MAX_LINE):
        found = list(read(packer, name="bomb"))
    assert [type(item) for item in found] == [Record, BadLine]


def test_memory_does_not_grow_with_the_number_of_records() -> None:
    data = b"".join(line(number) for number in range(50_000))
    with memory_below(8 * source.CHUNK):
        count = sum(1 for _ in read(io.BytesIO(data), name="many"))
    assert count == 50_000


# One JSON list


def test_a_list_is_read_element_by_element_with_the_line_each_starts_on() -> None:
    data = json.dumps([pair(1), pair(2)], indent=2).encode()
    assert summary(data) == [(2, "Yes 1"), (7, "Yes 2")]
    assert summary(b"\n\n[" + line(3) + b",\n\n" + line(6) + b"]") == [(3, "Yes 3"), (6, "Yes 6")]


def test_brackets_quotes_and_commas_in_text_do_not_end_an_element() -> None:
    text = '},{"a": [\\"]]] ,,, "\\\\'
    data = json.dumps([pair(1, chosen=text), pair(2)]).encode()
    assert summary(data) == [(1, text), (1, "Yes 2")]


def test_a_broken_element_costs_itself_and_not_its_neighbours() -> None:
    data = b'[{"prompt": nonsense},\n7,\n"seven", ' + line(3) + b"]"
    assert [(item.line, type(item)) for item in items(data)] == [
        (1, BadLine),
        (2, BadLine),
        (3, BadLine),
        (3, Record),
    ]


def test_a_forgotten_closing_quote_costs_its_line_only() -> None:
    data = b"[" + line(1) + b',{"prompt": "open},\n{"x": 1}},\n' + line(4) + b"]"
    found = items(data)
    assert [(item.line, type(item)) for item in found] == [(1, Record), (2, BadLine), (4, Record)]


def test_a_list_that_is_never_closed_yields_what_it_holds_and_says_so() -> None:
    found = items(b"[" + line(1) + b"," + line(2))
    assert [type(item) for item in found] == [Record, Record, BadLine]
    found = items(b"[" + line(1) + b"," + line(2)[:-5])
    assert [type(item) for item in found] == [Record, BadLine]
    assert found[-1] == BadLine(2, "The file ends before its list does: the closing ] is missing.")


def test_text_after_the_list_is_reported_once() -> None:
    found = items(b"[" + line(1) + b"]\n" + line(3) + line(4))
    assert [(item.line, type(item)) for item in found] == [(1, Record), (3, BadLine)]
    assert isinstance(items(b"[" + line(1) + b"]  \n\n")[-1], Record)


def test_text_long_after_the_list_is_reported_once_and_not_held() -> None:
    stream = Long(b"[" + line(1) + b"]\n", b"more\n", 50 * 2**20, b"")
    with memory_below(8 * source.CHUNK):
        found = list(read(stream, name="long"))
    assert [type(item) for item in found] == [Record, BadLine]


def test_a_truncated_gzip_of_a_list_names_the_line_it_breaks_in() -> None:
    data = gzip.compress(json.dumps([pair(n) for n in range(20_000)], indent=0).encode())
    *good, last = items(data[: len(data) // 2])
    assert isinstance(last, BadLine)
    assert "cut off before its end" in last.reason
    assert last.line > good[-1].line


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
rows = st.lists(texts.filter(lambda text: bool(text.strip())), min_size=1, max_size=6)


@given(rows, st.integers(1, 40), st.booleans(), st.sampled_from([None, 1]))
def test_any_text_in_pieces_of_any_size_reads_the_same(
    chosen: list[str], size: int, ascii_only: bool, indent: int | None
) -> None:
    made = [pair(number, chosen="+" + text) for number, text in enumerate(chosen)]
    as_list = json.dumps(made, ensure_ascii=ascii_only, indent=indent).encode()
    as_lines = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in made).encode()
    for data in (as_list, as_lines):
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        found = [raw for _, raw in elements(pieces)]
        assert [json.loads(raw) for raw in found if isinstance(raw, bytes)] == made
