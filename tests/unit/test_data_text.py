"""The manual's text: clean, in parts that share no paragraph, and there and back again."""

from __future__ import annotations

import platform
import sys

import pytest
import torch

from course_lib import data
from course_lib.data.text import _held_out, _topics, _unwrapped

PARTS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def text() -> data.Text:
    return data.manual_text()


def test_parts_are_codes_of_the_alphabet(text: data.Text) -> None:
    for part in PARTS:
        codes = getattr(text, part)
        assert codes.dtype == torch.int64
        assert codes.ndim == 1
        assert codes.min() >= 0
        assert codes.max() < len(text.alphabet)
    assert text.python == platform.python_version()


def test_the_alphabet_is_the_new_line_and_printable_ascii(text: data.Text) -> None:
    assert text.alphabet == "\n" + "".join(map(chr, range(32, 127)))
    assert len(text.alphabet) == 96


def test_nearly_a_tenth_is_for_the_test_and_for_validation(text: data.Text) -> None:
    whole = sum(len(getattr(text, part)) for part in PARTS)
    assert whole > 250_000
    for part in ("validation", "test"):
        assert 0.03 < len(getattr(text, part)) / whole < 0.11


def test_no_paragraph_is_there_twice(text: data.Text) -> None:
    paragraphs = [p for part in PARTS for p in text.decode(getattr(text, part)).split("\n\n")]
    assert len(set(paragraphs)) == len(paragraphs) > 1000


def test_it_is_english_about_python(text: data.Text) -> None:
    words = text.decode(text.train).split()
    assert words.count("the") > 1000
    assert "statement" in words
    assert sum(len(word) > 40 for word in words) < len(words) / 500


def test_encode_and_decode_undo_each_other(text: data.Text) -> None:
    words = 'for x in "abc":\n    print(~x)'
    codes = text.encode(words)
    assert codes.dtype == torch.int64
    assert codes.shape == (len(words),)
    assert text.decode(codes) == text.decode(codes.tolist()) == words
    assert text.encode("").shape == (0,)
    assert text.decode([]) == ""
    assert torch.equal(text.encode(text.decode(text.test)), text.test)


def test_a_stranger_is_refused(text: data.Text) -> None:
    with pytest.raises(ValueError, match="'é' is not in the alphabet: leave it out"):
        text.encode("café")
    for codes in ([3, 96], [-1], torch.tensor([5, 96])):
        with pytest.raises(ValueError, match="stands for no character: give codes 0 to 95"):
            text.decode(codes)


def test_wrapped_lines_are_joined_and_others_are_not() -> None:
    full = "This line is so long that the next word had no room on it and went to"
    assert _unwrapped(f"{full}\nthe next.") == f"{full} the next."
    assert _unwrapped(f"   {full[:60]}\n   next, too") == f"{full[:60]}\nnext, too"
    assert _unwrapped(f"   {full[:60]}\n   hundreds") == f"{full[:60]} hundreds"
    assert _unwrapped("   x = 1\n   if x:\n       y = 2") == "x = 1\nif x:\n    y = 2"
    assert _unwrapped("Names\n*****") == "Names"
    grammar = f"a ::= {full}\nb ::= c"
    assert _unwrapped(grammar) == grammar
    assert _unwrapped("+---+---+\n| a | b |\n+---+---+") == ""
    assert _unwrapped("") == ""


def test_what_was_said_before_is_left_out_and_type_is_plain() -> None:
    topics = {
        "b": "Said before.\n\nAnd “more” – it’s new…",
        "a": "Said before.\n\n   Said before.\n\nA ß.",
        "c": "Said before.",
    }
    assert _topics(topics) == ["Said before.\n\nA ?.", 'And "more" - it\'s new...']


def test_whole_texts_are_held_out() -> None:
    texts = [f"{k:04}" for k in range(100)]
    parts = _held_out(texts)
    assert sorted(text for part in parts.values() for text in part) == texts
    assert {part: len(some) for part, some in parts.items()} == {
        "test": 9,
        "validation": 9,
        "train": 82,
    }


def test_a_python_without_the_module_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(ModuleNotFoundError, match=r"came without pydoc_data\.topics.*install all"):
        data.manual_text()


def test_it_says_where_it_comes_from_and_prints_as_a_table(text: data.Text) -> None:
    table = repr(text)
    assert f"Python {platform.python_version()}" in table
    assert f"{len(text.test):,} characters" in table
    assert text.licence in table
    assert text.source in table
