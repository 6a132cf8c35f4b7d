"""The wire: what is sent arrives, and nothing that arrives does harm."""

from __future__ import annotations

import json
import math
import os
import resource
import socket
import struct
import threading
import time
from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib.grading.boundary.codec import Codec, NotPlainError
from course_lib.grading.boundary.wire import (
    LIMITS,
    ClosedError,
    LateError,
    Limits,
    WireError,
    pack,
    receive,
    send,
)

PREFIX = struct.Struct(">4sIQ")
EXAMPLES = int(os.environ.get("WIRE_EXAMPLES", "60"))
fuzz = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)

numbers = st.one_of(
    st.integers(), st.floats(), st.complex_numbers(), st.booleans(), st.none(), st.just(...)
)
hashable = st.recursive(
    st.one_of(numbers, st.text(), st.binary()),
    lambda part: st.one_of(st.tuples(part, part), st.frozensets(part, max_size=3)),
    max_leaves=4,
)
dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    hnp.unicode_string_dtypes(endianness="?", max_len=5),
    hnp.byte_string_dtypes(max_len=5),
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
laid_out = st.tuples(
    arrays, st.sampled_from([lambda x: x, lambda x: x.T, lambda x: x[..., ::2] if x.ndim else x])
).map(lambda pair: pair[1](pair[0]))
TENSORS = [torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.int64, torch.bool]
TENSORS += [torch.complex64, torch.uint8]
tensors = st.builds(
    lambda shape, dtype: torch.randn(shape).to(dtype),
    st.lists(st.integers(0, 3), max_size=3),
    st.sampled_from(TENSORS),
)
ranges = st.builds(range, st.integers(-99, 99), st.integers(-99, 99), st.integers(1, 9))
slices = st.builds(slice, *[st.one_of(st.none(), st.integers())] * 3)
scalars = arrays.filter(lambda x: x.size).map(lambda x: x.ravel()[0])
plain = st.recursive(
    st.one_of(hashable, laid_out, scalars, tensors, ranges, slices),
    lambda part: st.one_of(
        st.lists(part, max_size=4),
        st.tuples(part),
        st.dictionaries(hashable, part, max_size=3),
        st.sets(hashable, max_size=3),
        st.lists(st.floats(), min_size=16, max_size=20),
        st.lists(st.integers(), min_size=16, max_size=20).map(tuple),
    ),
    max_leaves=12,
)


def crossed(value):
    codec = Codec()
    node = codec.encode(value)
    left, right = socket.socketpair()
    with left, right:
        parts = pack({"ok": node}, codec.buffers)
        threading.Thread(target=send, args=(left, parts), daemon=True).start()
        header, buffers = receive(right, time.monotonic() + 20)
    return Codec(buffers).decode(header["ok"])


def same(a, b) -> bool:
    """Tell whether two values are alike to the last bit, types and NaN included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        pairs = zip(a.items(), b.items(), strict=True)
        return len(a) == len(b) and all(same(x, y) for x, y in pairs)
    if isinstance(a, set | frozenset):
        return len(a) == len(b) and all(any(same(x, y) for y in b) for x in a)
    if isinstance(a, np.ndarray | np.generic):
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype == object:
            return a.shape == b.shape and same(a.tolist(), b.tolist())
        native = a.astype(a.dtype.newbyteorder("<"))
        return native.dtype == b.dtype and a.shape == b.shape and native.tobytes() == b.tobytes()
    if isinstance(a, torch.Tensor):
        bits = [x.contiguous().reshape(-1).view(torch.uint8) for x in (a, b) if x.numel()]
        return a.dtype == b.dtype and a.shape == b.shape and (not bits or torch.equal(*bits))
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and repr(a) == repr(b))
    return repr(a) == repr(b)


@fuzz
@given(plain)
def test_plain_values_cross_unchanged(value):
    assert same(value, crossed(value))


@pytest.mark.parametrize(
    "value",
    [
        *(np.nan, np.inf, -0.0, 2**4000, -(2**63), True, ..., "\ud800", "Ω", b"\0", 1j, None),
        *(np.float32(0.1), np.bool_(True), np.str_("x"), np.int8(-1), np.arange(0), np.array(3)),
        *(np.zeros((0, 3)), np.array(["a", "longer"]), np.array([1, None, "x"], dtype=object)),
        *(torch.tensor(1.5), torch.zeros(0, 2), torch.tensor([1.5], dtype=torch.bfloat16)),
        *(range(5, 1, -2), slice(None), frozenset({1}), {(1, "a"): {2: []}}, [1.5] * 100),
        *(list(range(100)), np.float32, torch.float64, np.dtype("int8"), float, bytearray(b"x")),
    ],
    ids=repr,
)
def test_these_cross_too(value):
    assert same(value, crossed(value))


class Text(str):
    """A text that claims to be more."""


class Sly(int):
    __slots__ = ()

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


RECORD = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])


@pytest.mark.parametrize(
    "value",
    [
        *(Text("x"), Sly(3), 1 << 5000, RECORD, RECORD[0], np.array([[]], dtype=object)[:, None]),
        *(np.array([object()]), np.datetime64("2020-01-01"), object(), print),
        *(torch.empty(2, device="meta"), iter([]), ValueError("x"), type("T", (), {})),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_refused(value):
    if isinstance(value, np.ndarray) and value.size == 0:
        assert crossed(value).shape == value.shape  # no object in it
        return
    with pytest.raises(NotPlainError):
        Codec().encode([value])


def test_more_digits_than_any_check_looks_at_are_cut():
    for value in (np.longdouble(1) / 3, np.full(2, np.longdouble(2)), np.clongdouble(1j)):
        got = crossed(value)
        assert got.dtype in (np.float64, np.complex128)
        assert np.array_equal(got, value.astype(got.dtype))


def test_how_an_array_lies_in_memory_crosses():
    x = np.arange(12.0).reshape(3, 4)
    for given_, flags in ((x, "C"), (x.T, "F"), (x[:, ::2], "")):
        got = crossed(given_)
        assert (got.flags.c_contiguous, got.flags.f_contiguous) == ("C" in flags, "F" in flags)
        assert got.flags.writeable
    assert not crossed(np.broadcast_to(1.0, 3)).flags.writeable


def test_a_tensor_keeps_its_need_of_a_gradient_but_not_its_graph():
    leaf = torch.ones(2, requires_grad=True)
    assert crossed(leaf).requires_grad
    assert type(crossed(torch.nn.Parameter(torch.ones(2)))) is torch.nn.Parameter
    with pytest.raises(TypeError, match="do not cross"):
        (crossed(leaf * 2) * 3).sum().backward()


def test_containers_that_are_subclasses_cross_as_what_they_are():
    from collections import Counter, OrderedDict, namedtuple

    pair = namedtuple("pair", "a b")
    assert same(crossed(pair(1, 2)), (1, 2))
    assert same(crossed(OrderedDict(a=1)), {"a": 1})
    assert same(crossed(Counter("aab")), {"a": 2, "b": 1})


def fed(data: bytes, *, close: bool = True, seconds: float = 5.0, limits: Limits = LIMITS):
    """Return what ``receive`` and ``decode`` make of raw bytes."""
    left, right = socket.socketpair()

    def feed():
        try:
            left.sendall(data)
            if close:
                left.close()
        except OSError:
            pass

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    with right:
        try:
            header, buffers = receive(right, time.monotonic() + seconds, limits)
            return Codec(buffers, limits).decode(header.get("ok"))
        finally:
            left.close()


def framed(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(b"CrsG", len(text), len(body)) + text + body


@fuzz
@given(st.binary(max_size=200))
def test_random_bytes_are_no_message(data):
    with pytest.raises(WireError):
        fed(data)


@fuzz
@given(plain, st.data())
def test_a_truncated_message_is_an_error(value, data):
    codec = Codec()
    node = codec.encode(value)
    whole = b"".join(map(bytes, pack({"ok": node}, codec.buffers)))
    with pytest.raises(ClosedError):
        fed(whole[: data.draw(st.integers(0, len(whole) - 1))])


@fuzz
@given(plain, st.data())
def test_a_damaged_message_is_a_value_or_an_error(value, data):
    codec = Codec()
    node = codec.encode(value)
    whole = bytearray(b"".join(map(bytes, pack({"ok": node}, codec.buffers))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    with suppress(WireError):
        fed(bytes(whole))


TAGS = [*"fcltpdszbBrSeagoTy", "#", "@", "h", "V", "H", "I", "x", ""]
json_values = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.text(max_size=5)),
        *(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(TAGS)),
        st.sampled_from(["<f8", "|b1", "<U3", "|O", "<M8[s]", "float64", "bool", "C", "F", "S"]),
    ),
    lambda part: st.one_of(
        st.lists(part, max_size=5),
        st.tuples(st.sampled_from(TAGS), part, part).map(list),
        st.tuples(st.sampled_from("aTg"), part, st.lists(st.integers(-1, 4)), part).map(list),
        st.dictionaries(st.text(max_size=5), part, max_size=3),
    ),
    max_leaves=15,
)


@fuzz
@given(json_values, st.binary(max_size=40))
def test_any_header_is_a_value_or_an_error(node, body):
    header = {"ok": node, "sizes": [len(body) // 2, len(body) - len(body) // 2]}
    with suppress(WireError):
        fed(framed(header, body))


BAD = {
    "no magic": b"GET " + framed({"sizes": []})[4:],
    "a header that claims 4 GB": PREFIX.pack(b"CrsG", 2**32 - 1, 0),
    "a body that claims 10 GB": PREFIX.pack(b"CrsG", 2, 10 * 10**9) + b"{}",
    "a list for a header": framed([1]),
    "no JSON": framed(b"{nope}"),
    "no ASCII": framed('{"ok": "ä", "sizes": []}'.encode()),
    "NaN": framed(b'{"ok": NaN, "sizes": []}'),
    "a number of 10,000 digits": framed(b'{"sizes": [], "ok": ' + b"9" * 10_000 + b"}"),
    "10,000 levels": framed(b'{"sizes": [], "ok": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "100 levels": framed({"sizes": [], "ok": json.loads('["l",[' * 100 + "]]" * 100)}),
    "no sizes": framed({"ok": 1}),
    "sizes below 0": framed({"ok": 1, "sizes": [-1, 3]}, b"ab"),
    "sizes that do not add up": framed({"ok": 1, "sizes": [3]}, b"ab"),
    "sizes of another type": framed({"ok": 1, "sizes": [True]}, b"a"),
    "a million parts": framed({"sizes": [], "ok": ["l", [["e"]] * 300_000]}),
    "a shape of 10¹² entries": framed({"sizes": [8], "ok": ["a", "<f8", [10**12], 0]}, b"8" * 8),
    "a negative shape": framed({"sizes": [8], "ok": ["a", "<f8", [-1, -1], 0]}, b"8" * 8),
    "a shape of floats": framed({"sizes": [8], "ok": ["a", "<f8", [1.0], 0]}, b"8" * 8),
    "an empty array that is long": framed({"sizes": [0], "ok": ["a", "<f8", [0, 10**9], 0]}),
    "text of no length": framed({"sizes": [0], "ok": ["a", "<U0", [10**9], 0]}),
    "objects": framed({"sizes": [8], "ok": ["a", "|O", [1], 0]}, b"8" * 8),
    "a structure": framed({"sizes": [8], "ok": ["a", "i4,i4", [1], 0]}, b"8" * 8),
    "characters that are none": framed({"sizes": [4], "ok": ["a", "<U1", [1], 0]}, b"\xff" * 4),
    "truths that are none": framed({"sizes": [1], "ok": ["a", "|b1", [1], 0]}, b"\x02"),
    "a tensor of truths that are none": framed({"sizes": [1], "ok": ["T", "bool", [1], 0]}, b"\2"),
    "an integer tensor with a gradient": framed(
        {"sizes": [8], "ok": ["T", "int64", [1], 0, "L", True]}, b"8" * 8
    ),
    "a buffer that is not there": framed({"sizes": [], "ok": ["b", 0]}),
    "a buffer below 0": framed({"sizes": [1], "ok": ["b", -1]}, b"a"),
    "a range without end": framed({"sizes": [], "ok": ["r", 0, 10**15, 1]}),
    "a million numbers more than any list has": framed(
        {"sizes": [8 * 2_000_000], "ok": ["p", "l", "f", 0]}, bytes(8 * 2_000_000)
    ),
    "a range of text": framed({"sizes": [], "ok": ["r", "a", "b", "c"]}),
    "a dictionary that lacks a value": framed({"sizes": [], "ok": ["d", [1]]}),
    "a key that is a list": framed({"sizes": [], "ok": ["d", [["l", []], 1]]}),
    "too many keys": framed({"sizes": [], "ok": ["d", [0] * 30_000]}),
    "an object": framed({"sizes": [], "ok": {"__reduce__": "os.system"}}),
    "an unknown kind": framed({"sizes": [], "ok": ["pickle", "cos\nsystem"]}),
    "a type that runs code": framed({"sizes": [], "ok": ["y", "numpy", "fromfile"]}),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_messages_are_errors_in_no_time_and_no_room(name):
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WireError):
        fed(BAD[name])
    assert time.monotonic() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB


@pytest.mark.parametrize("limits", [Limits(body=10), Limits(header=10)], ids=repr)
def test_more_than_allowed_is_refused_before_it_is_read(limits):
    with pytest.raises(WireError, match="too large"):
        fed(framed({"ok": 1, "sizes": [20]}, bytes(20)), limits=limits)


def test_a_message_that_never_ends_is_late():
    began = time.monotonic()
    with pytest.raises(LateError):
        fed(framed({"ok": 1, "sizes": [5]}, b"12345")[:-2], close=False, seconds=0.3)
    assert time.monotonic() - began < 2


def test_a_message_that_nobody_takes_is_late():
    left, right = socket.socketpair()
    with left, right, pytest.raises(LateError):
        send(left, pack({"ok": None}, [bytes(50_000_000)]), time.monotonic() + 0.3)


def test_what_is_too_large_is_not_sent():
    with pytest.raises(WireError, match="too large"):
        pack({"ok": "x" * (LIMITS.header + 1)})
    with pytest.raises(WireError, match="too large"):
        pack({}, [bytes(11)], Limits(body=10))
    value: list = []
    for _ in range(1000):
        value = [value]
    with pytest.raises(WireError, match="deep"):
        Codec().encode(value)
    loop: list = []
    loop.append(loop)
    with pytest.raises(WireError):
        Codec().encode(loop)


def test_keys_that_collide_take_no_long_time():
    keys = [(2**61 - 1) * n for n in range(1, 10_001)]  # all of hash 0
    began = time.monotonic()
    node = ["d", [part for key in keys for part in (key, 0)]]
    assert len(Codec().decode(node)) == 10_000
    assert time.monotonic() - began < 10
