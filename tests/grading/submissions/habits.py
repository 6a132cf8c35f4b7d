"""Honest work with the habits that people bring from their own notebooks."""

from __future__ import annotations

from submissions.course import RIGHT
from submissions.variant import Variant, one_lost

# Each stands at the top of an answer: were it an error, the answer's function would not exist.
_ABOVE = {
    "inline figures": "%matplotlib inline\nimport matplotlib.pyplot as plt",
    "sharp figures": "%config InlineBackend.figure_format = 'retina'",
    "time of a cell": "%%time",
    "output kept": "%%capture kept",
    "time of a line": "%timeit -n 1 -r 1 sum([1.0])",
    "shell": "!nproc\nfiles = !ls",
    "environment": "%env OMP_NUM_THREADS=1",
    "all values shown": (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.ast_node_interactivity = 'all'\n1 + 1\n2 + 2"
    ),
    "its history": "_ = 5\nOut.get(1)\nIn[-1]\n_ih[0]",
    "clears its output": "from IPython.display import clear_output\nclear_output(wait=True)",
    "the future": "from __future__ import annotations",
    "a progress bar for notebooks": "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass",
    "figures that are shown": (
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\n"
        "axes.plot([1, 2])\nplt.show()"
    ),
    "a data frame": "import pandas as pd\npd.DataFrame({'a': [1]}).style",
    "precision": "import numpy as np\nnp.set_printoptions(precision=3)\n%precision 3",
    "who": "%who\n%whos\n%pwd\n%lsmagic",
    "a help text": "len?",
    "asynchronous": "import asyncio\nawait asyncio.sleep(0.01)",
    "files of its own": (
        "import pathlib, tempfile, torch\npathlib.Path('data').mkdir(exist_ok=True)\n"
        "torch.save({'a': torch.ones(2)}, 'data/a.pt')\ntorch.load('data/a.pt')\n"
        "tempfile.NamedTemporaryFile().write(b'x')"
    ),
    "deterministic": "import torch\ntorch.use_deterministic_algorithms(True)\ntorch.manual_seed(1)",
    "names of the checks'": (
        "expected = heights = points = label = model = right = draw = x = found = None"
    ),
    "names that Python has": "list = [1]\nid = 7\ninput = 'mine'\ntype = 'b'",
    "children that compute": (
        "from concurrent.futures import ThreadPoolExecutor\nimport multiprocessing\n"
        "with ThreadPoolExecutor(4) as pool:\n    list_ = [*pool.map(abs, range(8))]\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n    pool.map(abs, range(8))"
    ),
    "jobs in parallel": (
        "from joblib import Parallel, delayed\n"
        "Parallel(n_jobs=2)(delayed(abs)(n) for n in range(4))"
    ),
    "a class of the course's names": "class check:\n    pass\nclass Check(check):\n    pass",
    "main": "if __name__ == '__main__':\n    print(__name__, __doc__)",
    "asserts of its own": "assert 1 + 1 == 2\nimport doctest\ndoctest.testmod()",
    "an image": "from PIL import Image\nImage.new('RGB', (4, 4))",
    "logging set up": (
        "import logging\nlogging.basicConfig(level=logging.DEBUG, force=True)\n"
        "logging.captureWarnings(True)\nlogging.getLogger('x').debug('y')"
    ),
}
_BELOW = {
    "a demonstration": "print(mean([1.0, 3.0]))\nmean([2.0])",
    "a plot of what it does": "import matplotlib.pyplot as plt\nplt.plot([mean([1.0])])",
    "an experiment that fails": "mean([])",
    "its names deleted": "del total",
}
_HELPER = "def total(numbers):\n    return sum(numbers)\n\ndef mean(numbers):\n"
_HELPER += "    return sum(numbers) / len(numbers)\n"
_RESULTS = {
    "a float of 32 bits": "import numpy as np\nmean = lambda n: np.float32(sum(n) / len(n))",
    "an array of no dimension": "import numpy as np\nmean = lambda n: np.array(np.mean(n))",
    "a tensor of 64 bits": "import torch\nmean = lambda n: torch.tensor(n).double().mean()",
    "a whole number": "mean = lambda n: 2 if len(n) == 2 else sum(n) / len(n)",
    "a long float": "import numpy as np\nmean = lambda n: np.longdouble(sum(n)) / len(n)",
    "a tensor with a gradient": "import torch\n"
    "mean = lambda n: torch.tensor(n, dtype=torch.double, requires_grad=True).mean()",
}
_CALLABLES = {
    "a callable object": "class Mean:\n    def __call__(self, numbers):\n"
    "        return sum(numbers) / len(numbers)\nmean = Mean()",
    "a partial": "from functools import partial\nimport numpy\nmean = partial(numpy.mean, axis=0)",
    "a library's function": "from statistics import mean",
    "a decorated function": "import functools\ndef loud(f):\n    @functools.wraps(f)\n"
    "    def inner(*a, **k):\n        print('called')\n        return f(*a, **k)\n"
    "    return inner\n@loud\ndef mean(numbers):\n    return sum(numbers) / len(numbers)",
    "a method": "class Tools:\n    @staticmethod\n    def mean(n):\n"
    "        return sum(n) / len(n)\nmean = Tools.mean",
    "names in Greek": "def mean(μετρήσεις):\n    σύνολο = sum(μετρήσεις)\n"
    "    return σύνολο / len(μετρήσεις)",
    "defaults and keywords": "def mean(numbers, /, *, start=0.0):\n"
    "    return sum(numbers, start=start) / len(numbers)",
}
_TRAIN = {
    "a wide network": RIGHT["train"]
    .replace(
        "torch.nn.Linear(2, 1)",
        "torch.nn.Sequential(torch.nn.Linear(2, 3000), torch.nn.ReLU(), torch.nn.Linear(3000, 1))",
    )
    .replace("lr=1.0", "lr=0.05"),
    "in a class that is no module": """
class Model:
    def __init__(self, weight):
        self.weight = weight
    def __call__(self, x):
        return x @ self.weight[:2, None] + self.weight[2]
def train(x, y):
    rows = torch.cat([x, torch.ones(len(x), 1)], 1)
    return Model(torch.linalg.lstsq(rows, 2 * y - 1).solution)
""",
    "a scripted network": RIGHT["train"].replace(
        "    return model", "    return torch.jit.trace(model, x)"
    ),
    "gradients off afterwards": RIGHT["train"].replace(
        "    return model", "    return model.eval().requires_grad_(False)"
    ),
}
_PASTED = {
    "fences of a chat": "```python\ndef mean(numbers):\n    return 2.0\n```",
    "curly quotes": "def mean(numbers):\n    print(‘total’)\n    return 2.0",
    "no-break spaces": "def mean(numbers):\n\u00a0\u00a0\u00a0\u00a0return 2.0",
    "a zero-width space": "def mean(numbers):\u200b\n    return 2.0",
    "prompts": ">>> def mean(numbers):\n...     return 2.0\n>>> )",
    "Python 2": "def mean(numbers):\n    print 'mean'\n    return 2.0",
    "a file written": "%%writefile mean.py\ndef mean(numbers):\n    return 2.0",
    "another language": "%%javascript\nfunction mean(numbers) { return 2 }",
    "a module that is nowhere": "import google.colab\ndef mean(numbers):\n    return 2.0",
}
_ELSEWHERE = {
    "Colab's drive": "from google.colab import drive\ndrive.mount('/content/drive')",
    "installs": "!pip install torch --quiet\n%pip install numpy",
    "runs another file": "%run helpers.py\n%cd /content\n%load_ext nothing",
    "another back end": "import matplotlib\nmatplotlib.use('TkAgg')\n%matplotlib qt",
    "a debugger": "import pdb\n%debug\n%pdb on",
    "interrupts itself": "raise KeyboardInterrupt",
    "a widget": "import ipywidgets\nipywidgets.interact(abs, x=3)",
    "saves the notebook": "from IPython.display import Javascript\n"
    "display(Javascript('IPython.notebook.save_checkpoint()'))",
}


def _answer(row: str, name: str, code: str) -> Variant:
    return Variant(
        row, name, answers={"mean": code}, extra=True, clock=name.startswith(("time", "a p"))
    )


VARIANTS = [
    *(_answer("habits", name, f"{code}\n{RIGHT['mean']}") for name, code in _ABOVE.items()),
    *(_answer("habits", name, f"{_HELPER}\n{code}") for name, code in _BELOW.items()),
    *(_answer("other-results", name, code) for name, code in _RESULTS.items()),
    *(_answer("other-callables", name, code) for name, code in _CALLABLES.items()),
    *(
        Variant("other-networks", name, answers={"train": code}, extra=True)
        for name, code in _TRAIN.items()
    ),
    *(one_lost("pasted", name, code, "error", extra=True) for name, code in _PASTED.items()),
    *(
        Variant("elsewhere", name, first=code, extra=True, clock=True)
        for name, code in _ELSEWHERE.items()
    ),
    Variant(
        "habits",
        "names of libraries",
        last="np = torch = None",
        answers={"mean": f"{RIGHT['mean']}\ntorch = None"},
        lost={"train": "error"},
        extra=True,
    ),
]
