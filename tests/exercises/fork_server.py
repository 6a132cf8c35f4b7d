"""Runs notebook cells as plain Python, a forked child for each set of answers.

The parent executes once what all answers have in common (imports, data, earlier answers) and
only then forks, so that an answer costs milliseconds. Started by runner.py as a process of its
own, with one thread, which forking needs. Speaks JSON lines: first {"prefix": [cell...],
"modules": [name...]}, the modules being what later cells will import too, then for each set of
answers {"cells": [cell...], "seconds": s, "memorise": [name...], "first": bool}; a cell is
[id, source]. Answers with [[id, status, message]...] for those cells.
"""

import contextlib
import copy
import importlib
import io
import json
import linecache
import os
import pickle
import select
import signal
import sys
import types

STATUS = {"CheckFailed": "failed", "NotAttempted": "not_attempted", "CellTimeout": "timeout"}


class CellTimeout(BaseException):
    """Not an Exception, which an answer could catch."""


def on_alarm(*_):
    raise CellTimeout("it ran out of time")


def execute(namespace, name, source, seconds):
    """Run one cell as IPython would, and say how it ended."""
    filename = f"<cell {name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        exec(compile(source, filename, "exec"), namespace)  # noqa: S102
    except BaseException as error:
        kind = type(error).__name__
        status = STATUS.get(kind, "error")
        return [name, status, str(error) if status != "error" else f"{kind}: {error}"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return [name, "passed", ""]


class Keys(pickle.Pickler):
    """Pickles what arguments hold; a tensor's own pickle names its place in memory."""

    def reducer_override(self, value):
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(value, torch.Tensor):
            return NotImplemented
        return str, (repr((value.dtype, value.tolist())),)


def key_of(args, kwargs):
    text = io.BytesIO()
    try:
        Keys(text).dump((args, kwargs))
        return text.getvalue()
    except Exception:
        return repr((args, kwargs)).encode()


def memorise(namespace, names, cells, seconds):
    """Hard-code what the visible checks ask for: record every call, then answer from the table."""
    table = {name: {} for name in names}

    def recorder(name, function):
        def record(*args, **kwargs):
            key = key_of(args, kwargs)
            result = function(*args, **kwargs)
            table[name][key] = copy.deepcopy(result)
            return result

        return record

    def player(name):
        return lambda *args, **kwargs: copy.deepcopy(table[name].get(key_of(args, kwargs), 0))

    originals = {name: namespace[name] for name in names}
    namespace |= {name: recorder(name, function) for name, function in originals.items()}
    for name, source in cells:
        if "-check-" in name:
            execute(namespace, name, source, seconds)
    namespace |= {name: player(name) for name in names}


def child(namespace, request, pipe):
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    seconds, names = request["seconds"], request.get("memorise")
    cells = list(request["cells"])
    results = []
    if names:
        results.append(execute(namespace, *cells.pop(0), seconds))
        memorise(namespace, names, cells, seconds)
    for name, source in cells:
        results.append(execute(namespace, name, source, seconds))
        if request.get("first") and results[-1][1] != "passed":
            break
    with os.fdopen(pipe, "w") as out:
        json.dump(results, out)
    os._exit(0)


def run(namespace, request):
    receiver, sender = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(receiver)
        os.setpgid(0, 0)
        try:
            child(namespace, request, sender)
        finally:
            os._exit(1)
    os.close(sender)
    patience = request["seconds"] * (len(request["cells"]) + 1)
    text = b""
    while select.select([receiver], [], [], patience)[0]:
        part = os.read(receiver, 1 << 16)
        if not part:
            break
        text += part
    os.close(receiver)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    lost = [[name, "error", "the process ended early"] for name, _ in request["cells"]]
    return json.loads(text) if text else lost


def main():
    signal.signal(signal.SIGALRM, on_alarm)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the cells print is not ours to send
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    for line in sys.stdin:
        request = json.loads(line)
        if "prefix" in request:
            cells = request["prefix"]
            result = [execute(module.__dict__, *cell, request["seconds"]) for cell in cells]
            for name in request["modules"]:
                importlib.import_module(name)
            if torch := sys.modules.get("torch"):  # the first optimiser imports for a second
                torch.optim.SGD([torch.zeros(1)], lr=0.1)
        else:
            result = run(module.__dict__, request)
        answers.write(json.dumps(result) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
