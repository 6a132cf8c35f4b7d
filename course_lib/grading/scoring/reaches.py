"""What a submission's code reaches for that no answer needs; it decides nothing: a person looks.

Read off the syntax tree, so that a comment, a student's own `_exit` or the word "gradebook" in a
text raise no suspicion. Whoever hides a name from it still earns nothing by the attempt.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_SHELL = (
    *("ast_transformers", "display_pub", "displayhook", "input_transformer_manager"),
    *("input_transformers_cleanup", "input_transformers_post", "python_line_transforms"),
    *("run_ast_nodes", "run_cell", "run_cell_async", "run_code", "set_custom_exc"),
    *("showtraceback", "_showtraceback", "showsyntaxerror"),
)
_INTERPRETER = (
    *("excepthook", "unraisablehook", "meta_path", "path_hooks", "settrace", "setprofile"),
    *("_getframe", "_current_frames", "currentframe", "f_back", "f_globals", "tb_frame"),
    *("get_objects", "get_referrers", "get_referents", "ptrace", "process_vm_readv"),
)
_ANYWHERE = frozenset(_SHELL + _INTERPRETER)
_PAIRS = {
    "events": ("register", "unregister", "trigger"),
    "kernel": ("iopub_socket", "iopub_thread", "send_response", "session", "shell"),
}
"""Names that tell something only as an attribute of another."""
_IMPORTS = ("course_lib.grading", "nbgrader", "unittest.mock")
_PATCHED = ("builtins", "course_lib", "IPython", "math", "numpy", "operator", "torch", "traceback")
"""Modules on whose functions a check could lean, were it to run beside the student's code."""
_ALIASES = ("bool", "complex", "float", "int", "object", "str")  # np.int = int: an honest mend
_SETTINGS = ("ast_node_interactivity",)  # all values of a cell are shown
_TEXT = re.compile(rf"\b(?:{'|'.join(sorted(_ANYWHERE))})\b|/proc/(?:self|\d)")
_MAGIC = re.compile(r"^([ \t]*)(\w[\w, ]*=[ \t]*)?(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
_LONG, _MOST, _PARTS = 100_000, 300_000, 12


def reaches(sources: Iterable[str], beside: Iterable[str] = ()) -> list[str]:
    """Return what of all this some cells hold, in order of the alphabet.

    Args:
        sources: of the cells that are the student's own.
        beside: of the others, whose imports hold for them too.
    """
    own = list(sources)
    if sum(map(len, own)) > _MOST:
        return [f"more than {_MOST:,} characters"]
    cells = {text: parsed(text) for text in own}
    around = (*map(parsed, beside), *cells.values())
    modules = {name: module for cell in around if cell for name, module in _modules(cell)}
    found: set[str] = set()
    for text, cell in cells.items():
        if cell is None:
            found.update(_TEXT.findall(text))
        else:
            found.update(one for node in ast.walk(cell) for one in _of(node, modules))
    return sorted(found)


def parsed(source: str) -> ast.Module | None:
    """Return the syntax of a cell that a student wrote; None where it is none, or very long.

    Lines for IPython are blanked here, for its own reading of a hostile cell may take for ever.
    """
    for text in (source, _MAGIC.sub(r"\1\2None", source)) if len(source) <= _LONG else ():
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _modules(cell: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (name, what it stands for) of all that is imported."""
    for node in ast.walk(cell):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _of(node: ast.AST, modules: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(node)
    elif isinstance(node, ast.Name) and node.id in _ANYWHERE:
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield from _attribute(node, modules)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        if _dotted(node.value, modules) == "sys.modules":
            yield "sys.modules"
    elif isinstance(node, ast.Call):
        yield from _call(node, modules)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _TEXT.findall(node.value)


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{name}" for name in names]
    for name in names:
        yield from (wanted for wanted in _IMPORTS if f"{name}.".startswith(f"{wanted}."))
        if name in ("os._exit", "sys.modules") or name.rpartition(".")[2] in _ANYWHERE:
            yield name


def _attribute(node: ast.Attribute, modules: dict[str, str]) -> Iterator[str]:
    if node.attr in _ANYWHERE:
        yield node.attr
    if _dotted(node, modules) == "os._exit":
        yield "os._exit"
    holder = node.value
    owner = str(getattr(holder, "attr", None) or getattr(holder, "id", ""))
    if node.attr in _PAIRS.get(owner, ()):
        yield f"{owner}.{node.attr}"
    if isinstance(node.ctx, ast.Store | ast.Del) and node.attr not in _ALIASES + _SETTINGS:
        place = _dotted(holder, modules)
        if _is_patched(place) and not place.startswith("torch.backends"):
            yield f"{place}.{node.attr} ="


def _call(node: ast.Call, modules: dict[str, str]) -> Iterator[str]:
    """Yield what a call changes: ``setattr(numpy, …)``, ``sys.modules.update(…)``."""
    function = _dotted(node.func, modules)
    if function in ("setattr", "delattr") and node.args:
        place = _dotted(node.args[0], modules)
        if _is_patched(place):
            yield f"{function}({place}, …)"
    if function.startswith("sys.modules.") and not function.endswith((".get", ".keys")):
        yield "sys.modules"


def _is_patched(place: str) -> bool:
    return place.partition(".")[0] in _PATCHED


def _dotted(node: ast.AST, modules: dict[str, str]) -> str:
    """Return what an expression names, as module and attributes; "" where it is none such."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < _PARTS:
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(modules.get(node.id, node.id))
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "__import__" and node.args:
        parts.append(str(getattr(node.args[0], "value", "")))
    else:
        return ""
    return ".".join(reversed(parts))
