"""Objects of the student's process, as a check meets them; and a process that lies."""

from __future__ import annotations

import json
import os
import random
import re
import socket
import struct
import time
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from liar import Liar, frame
from torch import nn

from course_lib.autograd import Value
from course_lib.checks import CheckFailed, NotAttempted, check
from course_lib.grading.boundary.remote import Remote, RemoteExit
from course_lib.grading.boundary.session import Interrupted, Session, UnsendableError
from course_lib.grading.boundary.wire import Limits, pack, receive, send
from course_lib.grading.isolation.plain import PlainGuests

EXAMPLES = int(os.environ.get("WIRE_EXAMPLES", "60"))


@pytest.fixture
def session(forked):
    found = Session(forked.open())
    found.left = 60.0
    yield found
    found.close()


def define(session, source: str, *names: str):
    """Run a cell and return what it defines under these names."""
    found = session.ask("run", source)
    assert found["error"] is None, found["error"]
    values = [session.ask("get", name) for name in names]
    return values[0] if len(values) == 1 else values


def test_calls_with_plain_values(session):
    f = define(session, "def f(a, *rest, k=0):\n    return [a, rest, {'k': k}]", "f")
    assert f(1, 2.5, "x", k=(None, True)) == [1, (2.5, "x"), {"k": (None, True)}]
    x = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(f(x)[0], x)
    assert f.__class__.__name__ == "function"


def test_values_that_answers_define_are_looked_up_each_time(session):
    define(session, "n = 1\ndef more():\n    global n\n    n += 1")
    session.ask("get", "more")()
    assert session.ask("get", "n") == 2
    with pytest.raises(NameError, match="name 'none' is not defined"):
        session.ask("get", "none")


def test_objects(session):
    box = define(
        session,
        """
class Box:
    size = 3
    def __init__(self, items=(1, 2, 3)):
        self.items = list(items)
    def __len__(self):
        return len(self.items)
    def __getitem__(self, i):
        return self.items[i]
    def __bool__(self):
        return False
    def grown(self, n):
        return Box(self.items + [n])
    __eq__ = __lt__ = lambda *_: True
    __float__ = lambda _: 1.0
    __hash__ = None
""",
        "Box",
    )()
    assert isinstance(box, Remote)
    assert type(box).__name__ == "Box"
    assert (len(box), box[1], list(box), bool(box), box.size) == (3, 2, [1, 2, 3], False, 3)
    assert box.grown(4).items == [1, 2, 3, 4]
    assert box != 1  # its own opinion of that does not count
    for agree in (float, int, lambda b: b < 1, lambda b: b + 1):
        with pytest.raises(TypeError):
            agree(box)
    for how in (check("c").close, check("c").equal):
        with pytest.raises(CheckFailed, match="got a Box"):
            how(box, 1.0)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = box.none
    with pytest.raises(IndexError):
        box[9]
    with pytest.raises(TypeError, match="cannot be changed"):
        box.size = 1
    give = define(session, "def same(b, c):\n    return b is c", "same")
    assert give(box, box)


def test_generators_unpack(session):
    pairs = define(session, "def pairs():\n    yield 1\n    yield 2", "pairs")
    a, b = pairs()
    assert (a, b) == (1, 2)
    assert list(define(session, "z = zip([1], 'a')", "z")) == [(1, "a")]


def test_errors_are_local_classes_of_the_same_name(session):
    raising = define(
        session,
        """
import numpy
from course_lib.checks import NotAttempted
class Odd(ValueError):
    def __str__(self):
        return 'odd'
class Own(Exception):
    pass
class Mute(Exception):
    def __str__(self):
        raise Exception
def raising(which):
    raise {'value': ValueError('v'), 'key': KeyError('k'), 'odd': Odd(), 'own': Own('o'),
           'not': NotAttempted(), 'linalg': numpy.linalg.LinAlgError('s'), 'mute': Mute(),
           'unicode': UnicodeDecodeError('utf-8', b'x', 0, 1, 'r'), 'exit': SystemExit(0),
           'group': ExceptionGroup('g', [ValueError()]), 'stop': StopIteration(1),
           'base': BaseException('b'), 'interrupt': KeyboardInterrupt()}[which]
""",
        "raising",
    )
    expected = {
        "value": (ValueError, "ValueError", "v"),
        "key": (KeyError, "KeyError", "'k'"),
        "odd": (ValueError, "Odd", "odd"),
        "own": (Exception, "Own", "o"),
        "not": (NotAttempted, "NotAttempted", str(NotAttempted())),
        "linalg": (ValueError, "LinAlgError", "s"),
        "mute": (Exception, "Mute", ""),
        "group": (Exception, "ExceptionGroup", "g (1 sub-exception)"),
        "stop": (Exception, "StopIteration", "1"),
        "exit": (RemoteExit, "SystemExit", "0"),
        "base": (RemoteExit, "BaseException", "b"),
        "interrupt": (RemoteExit, "KeyboardInterrupt", ""),
    }
    for which, (kind, name, text) in expected.items():
        with pytest.raises(kind) as caught:
            raising(which)
        assert (type(caught.value).__name__, str(caught.value)) == (name, text)
        assert caught.value in session.caught
    with pytest.raises(UnicodeDecodeError, match="utf-8"):
        raising("unicode")


def test_changed_arguments_are_seen(session):
    change = define(
        session,
        """
kept = []
def change(x, items, table, t):
    x += 1
    items[0] = x
    items.append([2])
    table.pop('a')
    table['b'] = items
    t.mul_(2)
    kept.append(x)
def later():
    kept[0][:] = 7
""",
        "change",
    )
    x, items, table, t = np.zeros(3), [1], {"a": 1}, torch.ones(2)
    change(x, items, table, t)
    assert x.tolist() == [1, 1, 1]
    assert items[0] is x
    assert items[1] == [2]
    assert table["b"] is items
    assert list(table) == ["b"]
    assert t.tolist() == [2, 2]
    define(session, "pass")
    session.ask("get", "later")()
    assert x.tolist() == [7, 7, 7]  # what the student kept is still the same array


def test_one_object_handed_out_twice_is_one_object(session):
    define(session, "kept = []\ndef grow():\n    kept.append(len(kept))\n    return kept")
    grow = session.ask("get", "grow")
    first = grow()
    assert first == [0]
    assert grow() is first
    assert first == [0, 1]
    first.append(9)
    assert grow() == [0, 1, 9, 3]


def test_nothing_is_kept_of_what_nobody_can_change(session):
    f = define(session, "def f(x):\n    return [x.sum(), x * 2]", "f")
    for _ in range(50):
        f(np.ones(5))
    assert not session.mirrors.objects


def test_callbacks(session):
    use = define(
        session,
        """
def use(f, *args, **kwargs):
    return f(*args, **kwargs)
def quiet(f):
    try:
        return f()
    except ValueError as error:
        return str(error)
def threaded(f):
    import threading
    found = []
    def run():
        try:
            f()
        except RuntimeError as error:
            found.append(str(error))
    t = threading.Thread(target=run)
    t.start()
    t.join()
    return found
""",
        "use",
    )
    quiet, threaded = session.ask("get", "quiet"), session.ask("get", "threaded")

    class OwnError(ValueError):
        pass

    def fail():
        raise OwnError("own")

    assert use(lambda x, k=1: x * k, np.ones(2), k=3).tolist() == [3, 3]
    assert use(np.sin, 0.0) == 0
    assert use(lambda: use(lambda: use(max, 1, 2))) == 2
    assert quiet(fail) == "own"
    with pytest.raises(OwnError):
        use(fail)
    assert threaded(lambda: 1) == ["this function can be called from the main thread only"]
    seen = []
    use(lambda x: seen.append(x.tolist()), np.zeros(1))
    assert seen == [[0.0]]

    def again(n):
        return use(again, n + 1)

    with pytest.raises(Exception, match=r"within itself too often|recursion"):
        again(0)


def test_what_cannot_cross_is_refused_by_name(session):
    f = define(session, "def f(x):\n    return 1", "f")
    for value, name in ((object(), "a object"), (re.match("", ""), "a Match")):
        with pytest.raises(UnsendableError, match=f"{name} cannot be given"):
            f([np.ones(2), value])
    assert f(np.ones(2)) == 1  # and nothing is left half-sent


def test_models_of_the_check_are_trained_in_place(session):
    train = define(
        session,
        """
import torch
from torch import nn
class Diary(nn.Module):
    def __init__(self):
        super().__init__()
        self.seen = []
    def forward(self, x):
        self.seen.append((len(x), self.training))
        return x
def train(model, X):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = model(X).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item(), model
""",
        "train",
    )

    class Diary(nn.Module):
        def __init__(self):
            super().__init__()
            self.seen = []

    torch.manual_seed(0)
    model = nn.Sequential(Diary(), nn.Linear(2, 1), nn.BatchNorm1d(1), nn.Dropout(0.5)).eval()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    weight, buffer = model[1].weight, model[2].running_mean
    _, same = train(model, torch.ones(4, 2))
    assert same is model
    assert model[0].seen == [(4, True)]
    assert model.training
    assert model[3].training
    assert model[1].weight is weight
    assert model[2].running_mean is buffer
    assert not torch.equal(buffer, before["2.running_mean"])


def test_a_models_state_crosses_both_ways_within_one_call(session):
    train = define(
        session,
        """
def train(model, step):
    best = {k: v for k, v in model.state_dict().items()}  # not a copy
    seen = [best['weight'].item()]
    step()
    seen.append(best['weight'].item())
    model.load_state_dict({k: v * 0 + 5 for k, v in best.items()})
    return seen
""",
        "train",
    )
    model = nn.Linear(1, 1, bias=False)
    nn.init.ones_(model.weight)

    def step():
        with torch.no_grad():
            model.weight += 1

    assert train(model, step) == [1.0, 2.0]
    assert model.weight.item() == 5


def test_models_of_the_students_share_memory_as_they_do_at_home(session):
    wrap, copy = define(
        session,
        """
import torch
from torch import nn
def wrap(W):
    layer = nn.Linear(*W.shape[::-1], bias=False)
    layer.weight = nn.Parameter(torch.from_numpy(W))
    return layer
def copy(W):
    return wrap(W.copy())
""",
        *("wrap", "copy"),
    )
    for make, left in ((copy, 1.0), (wrap, 0.0)):
        W = np.ones((1, 2))
        network = make(W)
        assert type(network).__name__ == "Linear"
        assert network(torch.ones(1, 2, dtype=torch.float64)).item() == 2
        with torch.no_grad():
            for parameter in network.parameters():
                assert isinstance(parameter, nn.Parameter)
                parameter.zero_()
        assert W.tolist() == [[left, left]]


def test_values_of_the_engine(session):
    square = define(
        session,
        """
import numpy as np
from course_lib.autograd import Value
def square(x):
    return Value(x.data ** 2, [(x, lambda g: 2 * g * x.data)])
def spoil(x):
    def pullback(g):
        g *= 0
        x.data[:] = 0
        return g
    return Value(x.data, [(x, pullback)])
def twice(x):
    return square(square(x)) + x.sum()
""",
        "square",
    )
    x = Value([1.0, 2.0, 3.0])
    y = square(x)
    assert type(y) is Value
    assert y.parents[0][0] is x
    (square(y) * [1.0, 1.0, 2.0]).sum().backward()
    assert x.gradient.tolist() == [4.0, 32.0, 216.0]
    x = Value([2.0])
    session.ask("get", "twice")(x).sum().backward()
    assert x.gradient.tolist() == [33.0]
    x = Value([2.0])
    y = session.ask("get", "spoil")(x) * 1
    y.sum().backward()
    assert x.data.tolist() == [0.0]


def test_seeds_of_a_check_hold_for_the_student_but_not_the_reverse(session):
    draw = define(
        session,
        """
import random, numpy as np, torch
def draw():
    return random.random(), np.random.rand(), torch.rand(()).item()
def seed():
    random.seed(5), np.random.seed(5), torch.manual_seed(5)
""",
        "draw",
    )
    session.reset()
    for _ in range(2):
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        state = random.getstate()
        session.reset()
        random.seed(2), np.random.seed(2), torch.manual_seed(2)
        expected = random.random(), np.random.rand(), torch.rand(()).item()
        random.seed(2), np.random.seed(2), torch.manual_seed(2)
        assert draw() == expected
        session.ask("get", "seed")()
        assert draw() != expected
        assert random.random() == expected[0]
        random.setstate(state)


def test_generators_cross_as_copies(session):
    draw = define(session, "def draw(rng):\n    return rng.normal(size=2)", "draw")
    mine = np.random.default_rng(3).normal(size=2)
    assert np.array_equal(draw(np.random.default_rng(3)), mine)


def test_what_one_check_is_answered_is_limited(forked):
    limited = Session(forked.open(), Limits(total=10_000_000))
    limited.left = 20.0
    try:
        f = define(limited, "import numpy\ndef f(n):\n    return numpy.zeros(n)", "f")
        for _ in range(3):
            limited.reset()  # each check has all of it
            f = limited.ask("get", "f")
            assert [len(f(200_000)) for _ in range(5)] == [200_000] * 5
        with pytest.raises(Interrupted, match="together are too large"):
            list(map(f, [200_000] * 3))
    finally:
        limited.close()


def test_calls_back_without_end_are_charged(session):
    ask = define(session, "def ask(f):\n    while True:\n        f()", "ask")
    session.left, began = 1.0, time.monotonic()
    with pytest.raises(Interrupted, match="out of time"):
        ask(lambda: time.sleep(0.2))
    assert time.monotonic() - began < 3


HOSTILE = {
    "os._exit(0)": "died",
    "os.kill(os.getpid(), 9)": "died",
    "import sys; sys.stdout = None; sys.modules.clear(); os._exit(1)": "died",
    "while True: pass": "timeout",
    "while True: print('x' * 100_000)": "timeout",
    "import time; time.sleep(60)": "timeout",
    "import gc, socket; [s.close() for s in gc.get_objects() if isinstance(s, socket.socket)]": "",
    "[os.close(n) for n in range(3, 100)]": "",
}


@pytest.mark.parametrize("code", HOSTILE)
def test_a_process_that_is_lost(session, code):
    body = "\n    ".join(code.split("\n"))
    f = define(session, f"import os\ndef f():\n    {body}", "f")
    session.left = 1.0
    with pytest.raises(Interrupted) as caught:
        f()
    assert not HOSTILE[code] or caught.value.reason == HOSTILE[code]
    with pytest.raises(Exception, match="started anew"):
        f()


def test_forged_frames_are_no_more_than_an_answer(session):
    forge = define(
        session,
        """
import gc, json, socket, struct
def forge(n):
    found = [s for s in gc.get_objects() if type(s) is socket.socket and s.fileno() >= 0]
    s = found[0]
    for serial in range(50):
        text = json.dumps({"id": serial, "ok": True, "sync": [], "released": [], "text": "",
                           "sizes": []}).encode()
        s.sendall(struct.pack(">4sIQ", b"CrsG", len(text), 0) + text)
""",
        "forge",
    )
    with pytest.raises(Interrupted, match="nobody asked for"):
        forge(1)


def test_what_threads_print_later_goes_nowhere(session):
    source = """
import threading, time
def noise():
    while True:
        print("x" * 1000)
        time.sleep(0.001)
def f():
    return 1
threading.Thread(target=noise, daemon=True).start()
"""
    f = define(session, source, "f")
    for _ in range(20):
        assert f() == 1


def test_outputs_are_cut_as_they_come(session):
    cells = {
        "for _ in range(10**4):\n    print('y' * 1000)": 200_100,
        "print('z' * 10**7)": 200_100,
        "for i in range(5000):\n    display(i)": 100_000,
        "import sys\nfor i in range(5000):\n    print(i, file=[sys.stdout, sys.stderr][i % 2])": 10
        ** 5,
    }
    for cell, most in cells.items():
        found = session.ask("run", cell)["outputs"]
        text = [output.get("text", "") + str(output.get("data", "")) for output in found]
        assert sum(map(len, text)) < most
        assert len(found) <= 1001
        assert "more output was dropped" in text[-1]


def test_a_cell_runs_as_in_a_notebook(session):
    found = session.ask(
        "run",
        """%matplotlib inline
import asyncio, sys
from IPython.display import display
import matplotlib.pyplot as plt
await asyncio.sleep(0)
print("out")
print("err", file=sys.stderr)
display({"a": 1})
plt.plot([1, 2])
plt.show()
!echo hello
get_ipython().run_line_magic("time", "1 + 1")
40 + 2""",
    )
    assert found["error"] is None
    kinds = [(o["output_type"], o.get("name")) for o in found["outputs"]]
    assert ("stream", "stderr") in kinds
    text = "".join(o.get("text", "") for o in found["outputs"])
    assert "out\n" in text
    assert "hello" in text
    images = [o for o in found["outputs"] if "image/png" in o.get("data", {})]
    assert len(images) == 1
    assert found["outputs"][-1]["data"]["text/plain"] == "42"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        *(("1/0", "ZeroDivisionError"), ("def f(:", "SyntaxError"), ("quit()", "SystemExit")),
        *(
            ("import sys; sys.exit(3)", "SystemExit"),
            ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ),
        *(("input()", "EOFError"), ("%no_such_magic", "UsageError")),
        ("get_ipython().showtraceback = None\n1/0", "TypeError"),
        ("import sys; sys.stdout = sys.stderr = None\n1/0", "ZeroDivisionError"),
    ],
)
def test_a_cell_that_fails(session, cell, name):
    error = session.ask("run", cell)["error"]
    assert (error[0] if error else "") == name
    assert session.ask("run", "print(1)")["outputs"][0]["text"] == "1\n"


def test_an_ordinary_process():
    os.environ["COURSE_TERM"] = "secret"
    try:
        session = Session(PlainGuests().open())
    finally:
        del os.environ["COURSE_TERM"]
    session.left = 60.0
    session.demand("load", ("torch", "no_such_module"))  # seeded as in a warm process
    session.ask("run", "import torch\ndrawn = torch.rand(2)")
    generator = torch.Generator().manual_seed(0)
    assert torch.equal(session.ask("get", "drawn"), torch.rand(2, generator=generator))
    cell = "import os\nfound = os.environ.get('COURSE_TERM'), os.listdir('.')\nopen('a', 'w')"
    session.ask("run", cell)
    assert session.ask("get", "found") == (None, [])
    session.ask("run", "def leave():\n    os._exit(3)")
    with pytest.raises(Interrupted, match="took Python down"):
        session.ask("get", "leave")()
    assert session.guest.died() == "exit 3"
    session.close()


@contextmanager
def lied_to(answers):
    found = Session(Liar(answers))
    found.left = 0.5
    try:
        yield found
    finally:
        found.close()


def test_an_error_where_none_can_be_ends_the_process():
    def answers(header):
        yield frame({"id": header["id"], "sync": [], "released": [], "text": ""} | error)

    for name in ("ValueError", "KeyboardInterrupt", "SystemExit"):
        error = {"error": [name], "message": "so"}
        with lied_to(answers) as session, pytest.raises(Interrupted, match="it is an error"):
            session.demand("run", "x = 1")


def test_replies_late_doubled_and_out_of_order():
    good = {"sync": [], "released": [], "text": "", "ok": 1}
    with lied_to(lambda header: [frame(good | {"id": header["id"]})]) as session:
        assert session.ask("get", "x") == 1
    with lied_to(lambda header: [frame(good | {"id": header["id"]})] * 2) as session:
        assert session.ask("get", "x") == 1
        with pytest.raises(Interrupted, match="nobody asked for"):
            session.ask("get", "x")
    with (
        lied_to(lambda header: [frame(good | {"id": header["id"] + 1})]) as session,
        pytest.raises(Interrupted, match="nobody asked for"),
    ):
        session.ask("get", "x")
    began = time.monotonic()
    with lied_to(lambda header: []) as session, pytest.raises(Interrupted) as caught:
        session.ask("get", "x")
    assert caught.value.reason == "timeout"
    assert time.monotonic() - began < 3

    def drip(header):
        for byte in frame(good | {"id": header["id"]}):
            time.sleep(0.05)
            yield bytes([byte])

    began = time.monotonic()
    with lied_to(drip) as session, pytest.raises(Interrupted, match="out of time"):
        session.ask("get", "x")
    assert time.monotonic() - began < 3


json_values = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5)),
        *(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from("#@hVPTladm")),
    ),
    lambda part: st.one_of(
        st.lists(part, max_size=4),
        st.tuples(st.sampled_from("#@hVPTladm"), st.integers(-3, 3), part).map(list),
        st.dictionaries(st.text(max_size=5), part, max_size=3),
    ),
    max_leaves=12,
)
keys = st.sampled_from(
    [
        *("ok", "error", "message", "sync", "released", "text", "callback", "serial", "args"),
        *("names", "id", "return"),
    ]
)


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.dictionaries(keys, json_values), st.binary(max_size=20), st.booleans())
def test_any_reply_ends_in_a_value_or_a_status(found, junk, own):
    shared = [[1, 2], np.zeros(2), {"a": 1}, torch.ones(2), nn.Linear(1, 1), Value([1.0])]

    def answers(header):
        base = {"id": header["id"], "sync": [], "released": [], "text": ""} if own else {}
        yield frame(base | found, [junk])
        yield junk

    began = time.monotonic()
    with lied_to(answers) as session:
        session.left = 0.2
        caught = None
        try:
            session.ask("call", *shared, lambda *_: 1)
        except (Exception, RemoteExit, Interrupted) as error:
            caught = error
        assert caught is session.interrupted or caught in session.caught
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "change",
    [
        *([1, ["l", "x"]], [1, ["d", []]], [1, 5], [99, ["l", []]], ["a", ["l", []]], [1], 3),
        *([2, ["a", "<f8", [3], 0]], [2, ["a", "<i8", [2], 0]], [2, None], [3, ["l", []]]),
        *([4, ["m", [["|p|nothing", 1]]]], [4, ["m", [["|a|_parameters", ["d", []]]]]]),
        *([4, ["m", [["|a|forward", 1]]]], [4, ["m", [["|p|weight", ["e"]]]]], [4, ["m", 1]]),
        *([4, ["m", [["|a|training", 1]]]], [4, ["m", [["x|p|weight", 1]]]], [4, ["v", 1]]),
        [4, ["m", [["|a|__class__", 1]]]],
    ],
    ids=repr,
)
def test_a_change_that_does_not_fit_is_refused(change):
    shared = [[1, 2], np.zeros(2), {"a": 1}, nn.Linear(1, 1)]

    def answers(header):
        number = {1: 0, 2: 1, 3: 2, 4: 3}
        given_ = [node[1] for node in header["args"]]
        sent = change
        if isinstance(change, list) and change[0] in number:
            sent = [given_[number[change[0]]], *change[1:]]
        yield frame(
            {"id": header["id"], "sync": [sent], "released": [], "text": "", "ok": 1},
            [struct.pack("<3d", 1, 2, 3)[: 24 if "3" in json.dumps(change) else 16]],
        )

    with lied_to(answers) as session, pytest.raises(Interrupted) as caught:
        session.ask("call", *shared)
    assert caught.value.reason == "broken"
    assert shared[:1] == [[1, 2]]
    assert type(shared[3]) is nn.Linear


def test_the_wire_can_be_driven_by_hand():
    left, right = socket.socketpair()
    with left, right:
        send(left, pack({"a": 1}))
        assert receive(right) == ({"a": 1}, [])
