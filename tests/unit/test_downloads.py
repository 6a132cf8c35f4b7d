"""Fashion-MNIST from a server that misbehaves in every way we know, and from one that does not."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import tqdm

from course_lib import data
from course_lib.data import downloads

FILE, DESCRIPTION = "/files/small.arff", "/api/v1/json/data/40996"
ROWS, TEST_ROWS = 300, 100


def arff(pixels: np.ndarray, classes: np.ndarray, header: str = "") -> bytes:
    """Return a table as OpenML keeps Fashion-MNIST."""
    lines = [header or "% from the tests", "@RELATION small", ""]
    lines += [f"@ATTRIBUTE pixel{k} REAL" for k in range(1, pixels.shape[1] + 1)]
    lines += ["@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}", "", "@DATA"]
    table = np.column_stack([pixels, classes])
    return "\n".join([*lines, *(",".join(map(str, row)) for row in table.tolist()), ""]).encode()


RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (ROWS, 784)) * RNG.integers(0, 2, (ROWS, 784))
CLASSES = np.concatenate([RNG.permutation(np.arange(n) % 10) for n in (ROWS - 100, 100)])
GOOD = arff(PIXELS, CLASSES)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Gives each request the next of the answers that were put down for its path."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers))
        self.connection.settimeout(10)
        waiting = self.server.answers.get(self.path)
        if waiting:
            waiting.pop(0)(self)
        elif self.path == FILE:
            body(self.server.content)(self)
        else:
            url = f"{self.server.url}{FILE}"
            about = {"url": url, "md5_checksum": md5(self.server.content)}
            body(json.dumps({"data_set_description": about}).encode())(self)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.content = GOOD
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.closing = threading.Event()


def body(content: bytes, status: int = 200, sent: int | None = None, **headers: str) -> Answer:
    """Answer with content, or announce it and send only its first bytes."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content[:sent])
        handler.wfile.flush()

    return answer


def silent(handler: Handler) -> None:
    handler.server.closing.wait(10)


def silent_midway(handler: Handler) -> None:
    body(GOOD, sent=10_000)(handler)
    silent(handler)


def reset_midway(handler: Handler) -> None:
    body(GOOD, sent=10_000)(handler)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.rfile.close()
    handler.wfile = handler.rfile  # nothing more is sent


def cut_off_while_chunked(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nhalf")


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"220 files ready\r\n")


packed = body(gzip.compress(GOOD), Content_Encoding="gzip")
packed_and_cut = body(gzip.compress(GOOD), sent=5_000, Content_Encoding="gzip")
packed_badly = body(b"no gzip at all", Content_Encoding="gzip")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    small = replace(
        downloads._FASHION_MNIST, rows=ROWS, test_rows=TEST_ROWS, timeout=10.0, tries=2, pause=0.0
    )
    monkeypatch.setattr(downloads, "_FASHION_MNIST", small)
    with Server() as server:
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def fetch(server: Server, tmp_path: Path) -> Callable[..., Any]:
    return partial(data.fashion_mnist, folder=tmp_path / "kept", server=server.url)


@pytest.fixture
def impatient(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], None]:
    """Wait less for a server that is silent: others answer, however busy this machine is."""

    def impatient(answer: Answer) -> None:
        if answer in (silent, silent_midway):
            remote = replace(downloads._FASHION_MNIST, timeout=0.3)
            monkeypatch.setattr(downloads, "_FASHION_MNIST", remote)

    return impatient


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "kept").glob("*"))


def test_it_comes_as_a_split(fetch: Callable[..., Any]) -> None:
    split = fetch(validation=0.25)
    for part, n in ((split.train, 150), (split.validation, 50), (split.test, 100)):
        assert part.X.shape == (n, 784)
        assert part.X.dtype == torch.float32
        assert part.y.dtype == torch.int64
        assert torch.bincount(part.y).tolist() == [n // 10] * 10
    for part, rows in zip((split.train, split.validation, split.test), split.rows, strict=True):
        assert np.array_equal(part.X.numpy(), (PIXELS[rows] / np.float32(255)).astype(np.float32))
        assert np.array_equal(part.y.numpy(), CLASSES[rows])
    assert split.images(split.test.X).shape == (100, 28, 28)
    assert len(split.feature_names) == 784
    assert len(split.class_names) == 10
    assert max(map(len, repr(split).splitlines())) <= 110


def test_the_seed_draws_the_validation_rows_and_never_the_test(fetch: Callable[..., Any]) -> None:
    first, again, other = fetch(seed=1), fetch(seed=1), fetch(seed=2)
    assert np.array_equal(first.rows.validation, again.rows.validation)
    assert not np.array_equal(first.rows.validation, other.rows.validation)
    for split in (first, other):
        assert np.array_equal(split.rows.test, np.arange(200, 300))
        assert sorted(np.concatenate(split.rows).tolist()) == list(range(300))


def test_it_is_fetched_once(fetch: Callable[..., Any], server: Server, tmp_path: Path) -> None:
    first = fetch()
    asked = [path for path, _ in server.asked]
    assert asked == [DESCRIPTION, FILE]
    assert all(headers["User-Agent"] == "shallow-to-deep" for _, headers in server.asked)
    assert torch.equal(fetch().train.X, first.train.X)
    assert len(server.asked) == 2
    assert left_in(tmp_path) == ["fashion-mnist.npz"]


def test_by_default_it_is_kept_in_the_data_home(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    data.fashion_mnist(server=f"{server.url}/")
    assert (tmp_path / "shallow-to-deep" / "fashion-mnist.npz").is_file()


@pytest.mark.parametrize("at", [0.001, 0.3, 0.6, 0.995, "directory"])
def test_a_damaged_copy_is_fetched_again(
    fetch: Callable[..., Any], server: Server, tmp_path: Path, at: float | str
) -> None:
    X = fetch().train.X
    path = tmp_path / "kept" / "fashion-mnist.npz"
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02") + 6  # how to unpack the first array
    place = directory if at == "directory" else int(at * len(content))
    content[place : place + 8] = bytes(255 - byte for byte in content[place : place + 8])
    path.write_bytes(content)
    assert torch.equal(fetch().train.X, X)
    assert len(server.asked) == 4


@pytest.mark.parametrize("kept", [b"", b"half", GOOD], ids=["empty", "half", "ARFF"])
def test_a_copy_that_is_none_is_fetched_again(
    fetch: Callable[..., Any], tmp_path: Path, kept: bytes
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "fashion-mnist.npz").write_bytes(kept)
    assert len(fetch().test.X) == 100


def test_a_copy_of_another_table_is_fetched_again(
    fetch: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    np.savez(tmp_path / "kept" / "fashion-mnist.npz", X=PIXELS[:9], y=CLASSES[:9])
    assert len(fetch().test.X) == 100


def test_a_packed_answer_is_unpacked(fetch: Callable[..., Any], server: Server) -> None:
    server.answers = {FILE: [packed]}
    assert np.array_equal(fetch().test.y.numpy(), CLASSES[200:])
    assert all("gzip" in headers["Accept-Encoding"] for _, headers in server.asked)


PASSING = {
    "server error": (body(b"", status=500), "the server answered 500 Internal Server Error"),
    "busy": (body(b"", status=429), "the server answered 429 Too Many Requests"),
    "silence": (silent, r"there is no connection \(silent for 0.3 s\)"),
    "silence midway": (silent_midway, r"the connection broke \(silent for 0.3 s\)"),
    "reset midway": (reset_midway, "the connection broke"),
    "cut off": (body(GOOD, sent=9_000), r"9,000 of [\d,]+ bytes came"),
    "cut off while chunked": (cut_off_while_chunked, "the connection broke"),
    "cut off while packed": (packed_and_cut, r"the connection broke \(Compressed file ended"),
    "packed badly": (packed_badly, r"the connection broke \(Not a gzipped file"),
    "not HTTP": (no_http, "there is no connection"),
    "other bytes": (body(GOOD.replace(b"7", b"8", 1)), "what arrived has MD5 [0-9a-f]{32}, not"),
    "a page of a hotel": (body(b"<html>Please log in"), "what arrived has MD5"),
}
FINAL = {
    "not found": (body(b"", status=404), "the server answered 404 Not Found"),
    "forbidden": (body(b"", status=403), "the server answered 403 Forbidden"),
}


@pytest.mark.parametrize(("answer", "message"), PASSING.values(), ids=PASSING)
def test_a_failure_that_stays_is_named_and_leaves_nothing(
    fetch: Callable[..., Any],
    server: Server,
    tmp_path: Path,
    impatient: Callable[[Answer], None],
    answer: Answer,
    message: str,
) -> None:
    impatient(answer)
    server.answers = {FILE: [answer, answer]}
    with pytest.raises(data.DownloadError, match=message) as raised:
        fetch()
    text = str(raised.value)
    assert text.startswith(f"Fashion-MNIST could not be fetched from {server.url}{FILE}: ")
    assert "check the network and try again" in text
    assert "\n" not in text
    assert left_in(tmp_path) == []
    assert len(fetch().test.X) == 100, "a later call succeeds"


@pytest.mark.parametrize("path", [DESCRIPTION, FILE])
@pytest.mark.parametrize("answer", [answer for answer, _ in PASSING.values()][:6])
def test_a_failure_that_passes_is_never_seen(
    fetch: Callable[..., Any],
    server: Server,
    impatient: Callable[[Answer], None],
    path: str,
    answer: Answer,
) -> None:
    impatient(answer)
    server.answers = {path: [answer]}
    assert len(fetch().test.X) == 100
    assert [asked for asked, _ in server.asked].count(path) == 2


@pytest.mark.parametrize("path", [DESCRIPTION, FILE])
@pytest.mark.parametrize(("answer", "message"), FINAL.values(), ids=FINAL)
def test_what_will_not_change_is_not_tried_again(
    fetch: Callable[..., Any],
    server: Server,
    tmp_path: Path,
    answer: Answer,
    message: str,
    path: str,
) -> None:
    server.answers = {path: [answer]}
    with pytest.raises(data.DownloadError, match=f"{message}; look for a newer version"):
        fetch()
    assert [asked for asked, _ in server.asked].count(path) == 1
    assert left_in(tmp_path) == []
    assert len(fetch().test.X) == 100


@pytest.mark.parametrize(
    "content",
    [
        b"<html>moved</html>",
        b"[]",
        b'{"data_set_description": {"url": "http://127.0.0.1/"}}',
    ],
)
def test_an_answer_that_describes_no_data_set(
    fetch: Callable[..., Any], server: Server, tmp_path: Path, content: bytes
) -> None:
    server.answers = {DESCRIPTION: [body(content)]}
    with pytest.raises(data.DownloadError, match="no description of a data set, but begins") as e:
        fetch()
    assert repr(content[:15])[:-1] in str(e.value)
    assert left_in(tmp_path) == []


def test_a_description_cannot_name_a_file_of_this_machine(
    fetch: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    about = {"url": (tmp_path / "secret").as_uri(), "md5_checksum": ""}
    server.answers = {DESCRIPTION: [body(json.dumps({"data_set_description": about}).encode())]}
    with pytest.raises(data.DownloadError, match=r"file:///.*: this is no web address"):
        fetch()


OTHER = {
    "no ARFF": (b"%PDF-1.7\n" * 50, "no ARFF of bytes .it has no line @DATA"),
    "no rows": (arff(PIXELS[:0], CLASSES[:0]), "no ARFF of bytes"),
    "blank lines": (arff(PIXELS[:0], CLASSES[:0]) + b"\n\n", "no ARFF of bytes"),
    "words": (GOOD + b"a,b\n", "no ARFF of bytes"),
    "a missing value": (GOOD.replace(b",0,", b",?,", 1), "no ARFF of bytes"),
    "a short row": (GOOD + b"1,2,3\n", "no ARFF of bytes"),
    "other numbers": (arff(PIXELS * 2, CLASSES), "other numbers than 0 to 255"),
    "fractions": (arff(PIXELS / 2, CLASSES), "other numbers than 0 to 255"),
    "too few rows": (arff(PIXELS[1:], CLASSES[1:]), r"shape \(299, 784\), not \(300, 784\)"),
    "too few columns": (arff(PIXELS[:, 1:], CLASSES), r"shape \(300, 783\), not \(300, 784\)"),
    "another class": (arff(PIXELS, CLASSES + 1), "its set does not hold 10 classes equally"),
    "another order": (arff(PIXELS, np.sort(CLASSES)), "its test part does not hold 10 classes"),
}


@pytest.mark.parametrize(("content", "message"), OTHER.values(), ids=OTHER)
def test_another_file_is_refused_even_if_its_checksum_is_right(
    fetch: Callable[..., Any], server: Server, tmp_path: Path, content: bytes, message: str
) -> None:
    server.content = content
    with pytest.raises(data.DownloadError, match=message) as raised:
        fetch()
    assert "\n" not in str(raised.value)
    assert left_in(tmp_path) == []
    server.content = GOOD
    assert len(fetch().test.X) == 100


def test_blank_lines_quotes_comments_and_capitals_do_no_harm(
    fetch: Callable[..., Any], server: Server
) -> None:
    head, rows = GOOD.split(b"@DATA\n")
    quoted = b"\r\n".join(b"%s,'%s'" % tuple(row.rsplit(b",", 1)) for row in rows.split())
    server.content = head + b"  @Data \r\n% rows follow\r\n\r\n" + quoted + b"\r\n\r\n"
    assert np.array_equal(fetch().test.y.numpy(), CLASSES[200:])


def test_nothing_listens(server: Server, tmp_path: Path) -> None:
    with socket.socket() as taken:  # a port that is no one else's, and on which no one listens
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(data.DownloadError, match=r"no connection \(.*refused"):
            data.fashion_mnist(folder=tmp_path / "kept", server=url)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("server_name", ["openml", "", "http://", "http://a b"])
def test_a_server_without_an_address(server: Server, tmp_path: Path, server_name: str) -> None:
    with pytest.raises(data.DownloadError, match="could not be fetched from"):
        data.fashion_mnist(folder=tmp_path / "kept", server=server_name)


def test_no_room_on_the_disk(fetch: Callable[..., Any], tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # no file may grow beyond
    try:
        with pytest.raises(data.DownloadError, match=r"can't be kept in .*make room there") as e:
            fetch()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert "\n" not in str(e.value)
    assert left_in(tmp_path) == []
    assert len(fetch().test.X) == 100


def test_a_copy_that_cannot_be_put_in_its_place(fetch: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "kept" / "fashion-mnist.npz").mkdir(parents=True)
    with pytest.raises(data.DownloadError, match=r"can't be kept in .*make room there"):
        fetch()
    assert left_in(tmp_path) == ["fashion-mnist.npz"]


def test_a_folder_that_can_be_none(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "folder"
    with pytest.raises(data.DownloadError, match=r"can't be kept in .*name another folder"):
        data.fashion_mnist(folder=folder, server=server.url)
    assert server.asked == [], "nothing is fetched that can't be kept"


def test_a_data_home_that_can_be_none(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "file" / "home"))
    with pytest.raises(data.DownloadError, match="can't be kept in the data home"):
        data.fashion_mnist(server=server.url)


def test_an_interruption_leaves_nothing(
    fetch: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    def interrupted(handler: Handler) -> None:
        body(GOOD, sent=10_000)(handler)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        silent(handler)

    server.answers = {FILE: [interrupted]}
    # Where tests run side by side, their processes leave Ctrl-C to the one above them.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            fetch()
    finally:
        signal.signal(signal.SIGINT, before)
    assert left_in(tmp_path) == []
    assert len(fetch().test.X) == 100


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("watched", [True, False])
def test_a_bar_is_drawn_where_a_person_watches(
    fetch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, watched: bool
) -> None:
    screen = Terminal() if watched else io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    at_once = partial(tqdm.tqdm, mininterval=0)
    monkeypatch.setattr(tqdm, "tqdm", lambda **about: at_once(**(about | {"delay": 0})))
    fetch()
    assert ("Fashion-MNIST: 100%" in screen.getvalue()) is watched
    assert watched or screen.getvalue() == ""


def test_two_at_once_do_not_meet(fetch: Callable[..., Any], tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        splits = list(pool.map(lambda _: fetch(), range(4)))
    assert all(torch.equal(split.train.X, splits[0].train.X) for split in splits)
    assert left_in(tmp_path) == ["fashion-mnist.npz"]


@pytest.mark.parametrize("validation", [0, 1, 1.5, -0.1, 0.01, 0.99, float("nan")])
def test_a_validation_fraction_out_of_range_is_named(
    fetch: Callable[..., Any], server: Server, validation: float
) -> None:
    with pytest.raises(ValueError, match=f"validation={validation}: give a fraction of the 200"):
        fetch(validation=validation)
    with pytest.raises(ValueError, match="seed=-1: give a whole number"):
        fetch(seed=-1)
    assert server.asked == []
