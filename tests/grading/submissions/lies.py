"""Submissions whose values lie, or are of no kind that a check expects."""

from __future__ import annotations

from submissions.variant import forged, one_lost

_YES = """
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __le__(self, other): return True
    def __gt__(self, other): return True
    def __ge__(self, other): return True
    def __float__(self): return 2.0
    def __int__(self): return 2
    def __index__(self): return 2
    def __bool__(self): return True
    def __abs__(self): return 0.0
    def __sub__(self, other): return 0.0
    def __rsub__(self, other): return 0.0
    def __hash__(self): return 1
"""
_LIARS = {
    "an object": f"""
class Liar:
{_YES}
    shape, dtype, ndim, size = (), "float64", 0, 1
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __getitem__(self, key): return self
    def __len__(self): return 2
    def __iter__(self): return iter(())
    def item(self): return 1.0
lie = lambda x=None: Liar()
""",
    "a float": f"""
class Liar(float):
{_YES}
lie = lambda x=None: Liar(-1.0)
""",
    "an array": f"""
class Liar(np.ndarray):
{_YES}
    def __array_ufunc__(self, *args, **kwargs): return np.zeros(())
    def __array_function__(self, *args, **kwargs): return True
    def __array__(self, *args, **kwargs): return np.array(2.0)
    def tobytes(self, *args): return b"\\0" * 8
    def tolist(self): return 2.0
lie = lambda x=None: np.full(np.shape(x), 7.0).view(Liar)
""",
    "a tensor": """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in ("eq", "__eq__", "allclose", "equal", "isclose"):
            return torch.tensor(True)
        if name in ("item", "mean", "__float__"):
            return 1.0
        return super().__torch_function__(function, types, args, kwargs or {})
lie = lambda x=None: torch.full(np.shape(x) or (1,), 7.0).as_subclass(Liar)
""",
    "an __array__": """
class Liar:
    calls = 0
    def __array__(self, *args, **kwargs):
        Liar.calls += 1
        return np.zeros(()) if Liar.calls % 2 else np.array(2.0)
    __array_priority__ = 1e9
    __array_interface__ = {"shape": (), "typestr": "<f8", "data": b"\\0" * 8, "version": 3}
lie = lambda x=None: Liar()
""",
    "a masked array": """
lie = lambda x=None: np.ma.masked_all(np.shape(x) or (1,))
""",
    "nan": "lie = lambda x=None: np.full(np.shape(x), np.nan)[()]\n",
    "nothing at all": "lie = lambda x=None: np.zeros((0,))\n",
    "an array of liars": f"""
class Liar:
{_YES}
lie = lambda x=None: np.array([Liar()] * max(1, np.size(x)), dtype=object)
""",
    "a list": f"""
class Liar(list):
{_YES}
    def __len__(self): return 1
    def __iter__(self): return iter(())
    def __getitem__(self, key): return Liar()
lie = lambda x=None: Liar([7.0] * 100)
""",
    "a class by another's name": """
def member(name):
    return lambda self, *args, **kwargs: 2.0
ndarray = type("ndarray", (), {"__module__": "numpy", "shape": (), "dtype": np.dtype(float),
    **{name: member(name) for name in ("__float__", "__array__", "item", "__eq__")}})
lie = lambda x=None: ndarray()
""",
    "a proxy of its own argument": "lie = lambda x=None: x\n",
}


def _lying(code: str) -> dict[str, str]:
    return {
        "mean": "import numpy as np\nimport torch\n"
        + code
        + "\ndef mean(numbers):\n    return lie(0.0)",
        "rescale": "def rescale(x):\n    return lie(x)",
        "train": "def train(x, y):\n    return lambda x: lie(np.zeros((len(x), 3)))",
        "largest": "def largest(numbers):\n    return lie(0.0)",
    }


_EQUALITY = [
    forged(
        "lying-equality",
        name,
        answers=_lying(code),
        extra=number > 2,
    )
    for number, (name, code) in enumerate(_LIARS.items())
]

_PUSHED = {
    "a billion parts": "return [0.0] * 10**7",
    "a deep nest": "x = []\n    for _ in range(10**4): x = [x]\n    return x",
    "itself": "x = []\n    x.append(x)\n    return x",
    "an endless iterator": "return iter(int, 1)",
    "an endless string": "return 'x' * 10**8",
    "a great number": "return 10**100000",
    "a long range": "return range(10**18)",
    "a set of one hash": """class Same(int):
        __hash__ = lambda self: 1
    return {Same(i): 1 for i in range(3000)}""",
    "an error by a check's name": """from course_lib.checks import CheckFailed
    raise type('Interrupted', (CheckFailed,), {})('passed')""",
    "a passed": "raise type('Passed', (StopIteration,), {})('passed')",
    "an array of 200 MB": "return __import__('numpy').zeros(25_000_000)",
    "an array that says it is longer": (
        "import numpy as np\n"
        "    return np.lib.stride_tricks.as_strided(np.zeros(1), (10**7, 10**7), (0, 0))"
    ),
    "a coroutine": "return (lambda: (yield))()",
    "a module": "return __import__('os')",
    "half a surrogate": "return '\\ud800'",
}
_REPLIES = [
    one_lost(
        "strange-results",
        name,
        f"def mean(numbers):\n    {code}",
        "failed error memory timeout",
        extra=True,
    )
    for name, code in _PUSHED.items()
] + [
    one_lost(
        "strange-results",
        "not attempted, it says",
        "def mean(numbers):\n    raise NotAttempted",
        "not_attempted",
        extra=True,
    ),
]

VARIANTS = _EQUALITY + _REPLIES
