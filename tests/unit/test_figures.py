"""Every figure is one accessible bundle in the page's own ink, the same bytes each time."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
import torch
from PIL import Image

from course_lib import figures
from course_lib.claims import Evidence
from course_lib.figures.style import DIVERGING_MAP, LINES, MARKERS

ALT = 'Bars of accuracy: 10 % for guessing, 97 % for a "network" & 96 % for <logistic>.'
random = np.random.RandomState(0)
DIGITS = random.uniform(size=(7, 8, 8))
POINTS = random.normal(size=(60, 2)).astype(np.float32)
SIDES = (POINTS[:, 0] > 0).astype(np.int64)

DRAW: dict[str, Callable[..., None]] = {
    "loss_curves": lambda **k: figures.loss_curves(
        {"scaled": [3.0, 2, 1], "raw": np.array([3.0, 2.5, 2.4])}, **k
    ),
    "loss_curves log": lambda **k: figures.loss_curves({"one": [3.0, 2, 0.1]}, log=True, **k),
    "intervals": lambda **k: figures.intervals(
        [("wine", 1.0, 0.5, 1.5), Evidence("cancer", -1.0, -2.0, 0.5, 10)],
        xlabel="difference (points)",
        reference=0,
        points=[[0.9, 1.1], [-1.5, -0.5]],
        **k,
    ),
    "bars": lambda **k: figures.bars(
        {"guess": 0.1, "network": 0.97}, xlabel="accuracy", form=".1%", reference=0.1, **k
    ),
    "confusion": lambda **k: figures.confusion([[31, 2], [0, 27]], ["cat", "dog"], **k),
    "image_grid": lambda **k: figures.image_grid(
        DIGITS, titles=list("abcdefg"), wrong=[True] + [False] * 6, columns=4, **k
    ),
    "weights": lambda **k: figures.weights(DIGITS.reshape(7, 64) - 0.3, columns=4, **k),
    "decision_regions": lambda **k: figures.decision_regions(
        lambda places: places[:, 0] > 0, POINTS, SIDES, class_names=["left", "right"], **k
    ),
}
every_figure = pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)


def svg_of(html: str) -> ElementTree.Element:
    found = re.search(r"<svg.*</svg>", html, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0])  # noqa: S314  our own


def words_of(html: str) -> list[str]:
    return [text.text or "" for text in svg_of(html).iter("text")]


@every_figure
def test_a_figure_is_one_bundle_with_its_words(shown, draw: Callable[..., None]) -> None:
    assert draw(title="Look here", alt=ALT, caption="Over <ten> seeds.") is None
    assert set(shown.data) == {"text/html", "image/png", "text/plain"}
    html = shown.data["text/html"]
    assert html.startswith('<figure class="course-figure"')
    assert html.endswith("<figcaption>Over &lt;ten&gt; seeds.</figcaption></figure>")
    svg = svg_of(html)
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == ALT
    assert "Look here" in words_of(html)
    assert shown.data["text/plain"] == f"Figure: {ALT}"
    assert shown.metadata["course"]["figure"] == {"alt": ALT, "caption": "Over <ten> seeds."}
    assert shown.metadata["image/png"]["alt"] == ALT


@every_figure
def test_a_figure_takes_the_ink_of_the_page(shown, draw: Callable[..., None]) -> None:
    draw(title="Look here", alt=ALT)
    html = shown.data["text/html"]
    svg = svg_of(html)
    assert svg.get("fill") == "currentColor"
    assert "width" not in svg.attrib
    assert "max-width" in svg.get("style", "")
    for forbidden in ("#000000", "#ffffff", "<style", "<metadata", "DOCTYPE", "font-family"):
        assert forbidden not in html


def test_axes_are_drawn_in_the_ink_of_the_page(shown) -> None:
    DRAW["loss_curves"](title="Look here", alt=ALT)
    strokes = re.findall(r"stroke: ([^;\"]+)", shown.data["text/html"])
    assert set(strokes) == {"currentColor", *figures.PALETTE[:2]}


@every_figure
def test_ids_are_used_and_begin_with_the_content(shown, draw: Callable[..., None]) -> None:
    draw(title="Look here", alt=ALT)
    draw(title="Look there", alt=ALT)
    names = []
    for data, _ in shown.outputs:
        html = data["text/html"]
        ids = re.findall(r'\bid="([^"]+)"', html)
        used = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', html)
        assert len(set(ids)) == len(ids)
        assert set(ids) == {a or b for a, b in used}
        assert all(re.match(r"f[0-9a-f]{10}-", name) for name in ids)
        names.append(set(ids))
    assert names[0].isdisjoint(names[1]), "two figures on a page share no part"


@every_figure
def test_the_bytes_repeat(shown, draw: Callable[..., None]) -> None:
    for _ in range(2):
        draw(title="Look here", alt=ALT)
    assert shown.outputs[0] == shown.outputs[1]


@every_figure
def test_the_picture_for_other_programs_stands_on_white(shown, draw) -> None:
    draw(title="Look here", alt=ALT)
    picture = Image.open(io.BytesIO(base64.b64decode(shown.data["image/png"])))
    assert picture.width == 2 * shown.metadata["image/png"]["width"] == 1080
    colours = np.asarray(picture.convert("RGBA"))
    assert (colours[[0, -1]][:, [0, -1]] == 255).all()
    assert colours[..., :3].min() < 60, "there is ink on it"


@every_figure
def test_settings_and_pyplot_are_left_alone(shown, draw: Callable[..., None]) -> None:
    before = dict(mpl.rcParams)
    draw(title="Look here", alt=ALT)
    assert dict(mpl.rcParams) == before


@every_figure
@pytest.mark.parametrize(
    ("alt", "message"),
    [
        ("", "says too little: say in a sentence what the figure shows"),
        ("loss", "says too little"),
        ("plot-of-the-loss-over-epochs", "says too little"),
        ("figures/a-long-name-of-a-file.png", "is a path, not a description"),
        ("see _images/0123456789abcdef0123456789", "is a path, not a description"),
        ("https://example.org/a figure of the loss", "is a path, not a description"),
    ],
)
def test_alt_text_must_describe(shown, draw, alt: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        draw(title="Look here", alt=alt)
    assert "\n" not in str(raised.value)
    assert shown.outputs == []


def test_a_long_title_is_broken_and_takes_its_own_room(shown) -> None:
    DRAW["bars"](title="Look here", alt=ALT)
    DRAW["bars"](title="Look at this one, whose title does not fit on one line at all", alt=ALT)
    short, long = (svg_of(data["text/html"]).get("viewBox") for data, _ in shown.outputs)
    assert float(long.split()[3]) > float(short.split()[3])


def luminance(colour: str) -> float:
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", figures.PALETTE[:4])
@pytest.mark.parametrize("page", ["#ffffff", "#14181e"])
def test_the_first_colours_are_legible_on_white_and_in_the_dark(colour: str, page: str) -> None:
    light, dark = sorted((luminance(colour), luminance(page)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_palette_is_the_colour_blind_safe_one() -> None:
    safe = {mpl.colors.to_hex(colour) for colour in mpl.color_sequences["petroff8"]}
    assert set(figures.PALETTE) == safe


def test_curves_differ_by_more_than_their_colour(shown) -> None:
    curves = {name: [3.0, 2.0, 1.0] for name in "abcd"}
    figures.loss_curves(curves, title="Look here", alt=ALT)
    html = shown.data["text/html"]
    assert len(set(re.findall(r"stroke-dasharray: ([\d., ]+)", html))) == len(LINES) - 1
    assert len(set(MARKERS)) == len(MARKERS) == len(figures.PALETTE)
    assert set("abcd") <= set(words_of(html))


def test_an_image_is_drawn_in_the_ink_of_the_page(shown) -> None:
    figures.image_grid(DIGITS[:1], title="Look here", alt=ALT)
    svg = svg_of(shown.data["text/html"])
    (mask,) = svg.iter("mask")
    (image,) = mask
    pixels = Image.open(io.BytesIO(base64.b64decode(image.get("href", "").split(",")[1])))
    assert pixels.size == (8, 8)
    opacity = np.asarray(pixels)[..., 3] / 255
    assert np.allclose(opacity, DIGITS[0] / DIGITS[0].max(), atol=0.01)
    assert "pixelated" in image.get("style", "")
    assert any(g.get("mask") == f"url(#{mask.get('id')})" for g in svg.iter("g"))


def test_a_wrong_image_is_marked_by_more_than_colour(shown) -> None:
    figures.image_grid(
        DIGITS[:2], titles=["8", "3"], wrong=[True, False], title="Look here", alt=ALT
    )
    html = shown.data["text/html"]
    assert {"✗ 8", "3"} <= set(words_of(html))
    assert html.count("stroke-dasharray") == 4  # the four sides of one frame


def test_tensors_and_unrolled_rows_are_images_too(shown) -> None:
    for images in (DIGITS, torch.from_numpy(DIGITS), torch.from_numpy(DIGITS).reshape(7, 64)):
        figures.image_grid(images, title="Look here", alt=ALT)
    assert shown.outputs[0] == shown.outputs[1] == shown.outputs[2]


def test_weights_leave_the_page_to_zero() -> None:
    assert DIVERGING_MAP(0.5)[3] < 0.01
    below, above = DIVERGING_MAP(0.25), DIVERGING_MAP(0.75)
    assert below[3] == pytest.approx(above[3], abs=0.01) == pytest.approx(0.5, abs=0.01)
    assert below[0] > below[2], "orange below zero"
    assert above[2] > above[0], "blue above"


def test_weights_share_one_scale_with_zero_in_the_middle(shown) -> None:
    values = np.zeros((2, 4, 4))
    values[0, 0, 0] = 0.25
    figures.weights(values, title="Look here", alt=ALT, label="weight (per pixel)")
    words = words_of(shown.data["text/html"])
    assert "weight (per pixel)" in words
    numbers = [float(w.replace("−", "-")) for w in words if re.fullmatch(r"−?[\d.]+", w)]
    assert sorted(numbers) == sorted(-n for n in numbers)


def test_confusion_shows_every_count_under_its_names(shown) -> None:
    counts = [[31, 2, 0], [4, 27, 0], [0, 0, 9]]
    figures.confusion(counts, ["cat", "dog", "owl"], title="Look here", alt=ALT)
    words = words_of(shown.data["text/html"])
    numbers = [int(word) for word in words if word.isdecimal()]
    assert numbers == [31, 2, 0, 4, 27, 0, 0, 0, 9]
    assert {"true class", "predicted class"} <= set(words)
    assert [words.count(name) for name in ("cat", "dog", "owl")] == [2, 2, 2]


def test_bars_write_their_numbers(shown) -> None:
    DRAW["bars"](title="Look here", alt=ALT)
    assert {"10.0%", "97.0%", "guess", "network"} <= set(words_of(shown.data["text/html"]))


def test_single_runs_are_drawn_behind_an_interval(shown) -> None:
    rows = [("wine", 1.0, 0.5, 1.5)]
    for points in (None, [[0.7, 0.9, 1.1, 1.3]]):
        figures.intervals(rows, xlabel="x", points=points, title="Look here", alt=ALT)
    without, with_points = (data["text/html"].count("<use") for data, _ in shown.outputs)
    assert with_points == without + 4


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
def test_a_model_is_asked_in_the_kind_of_its_own_inputs(shown, kind) -> None:
    asked = []

    def predict(places):
        asked.append(places)
        return places[:, 1] > 0

    figures.decision_regions(predict, kind(POINTS), kind(SIDES), title="Look here", alt=ALT)
    assert type(asked[0]) is type(kind(POINTS))
    assert asked[0].dtype == kind(POINTS).dtype
    svg = svg_of(shown.data["text/html"])
    (image,) = svg.iter("image")
    region = np.asarray(Image.open(io.BytesIO(base64.b64decode(image.get("href").split(",")[1]))))
    downwards = float(image.get("transform").split()[3]) > 0
    top, bottom = (region[0], region[-1]) if downwards else (region[-1], region[0])
    for row, colour in ((top, figures.PALETTE[1]), (bottom, figures.PALETTE[0])):
        # Three quarters of the page show through; the byte is rounded up or down.
        tint = 255 * np.array(mpl.colors.to_rgba(colour, 0.25))
        assert np.allclose(row, tint, atol=1)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda **k: figures.loss_curves({}, **k), "no curves"),
        (lambda **k: figures.loss_curves({"a": [[1.0]]}, **k), r"curve 'a' has shape \(1, 1\)"),
        (lambda **k: figures.intervals([], xlabel="x", **k), "no rows"),
        (
            lambda **k: figures.intervals([("a", 1, 0, 2)], xlabel="x", points=[], **k),
            "1 rows and 0 lists of points",
        ),
        (lambda **k: figures.bars({}, xlabel="x", **k), "no values"),
        (
            lambda **k: figures.confusion([[1, 2, 3]], ["a"], **k),
            r"counts of shape \(1, 3\) for 1 class",
        ),
        (lambda **k: figures.image_grid([1.0], **k), r"values of shape \(1,\) are no images"),
        (lambda **k: figures.image_grid(np.ones((2, 30)), **k), r"shape \(2, 30\) are no images"),
        (
            lambda **k: figures.image_grid(DIGITS, titles=["a"], **k),
            "7 images and 1 titles",
        ),
        (lambda **k: figures.image_grid(DIGITS, wrong=[True], **k), "7 images and 1 wrong"),
        (lambda **k: figures.weights(DIGITS, titles=["a"], **k), "7 images and 1 titles"),
        (
            lambda **k: figures.decision_regions(len, DIGITS, SIDES, **k),
            r"needs X \(n, 2\) and y \(n,\)",
        ),
        (
            lambda **k: figures.decision_regions(lambda p: 0 * p[:, 0] + 8, POINTS, SIDES, **k),
            "9 classes, and has 8 colours",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(shown, draw, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        draw(title="Look here", alt=ALT)
    assert "\n" not in str(raised.value)


def scatter(n: int):
    figure, (axes,) = figures.canvas("Look here", 300)
    axes.scatter(*random.normal(size=(2, n)), s=2)
    return figure


def test_a_dense_figure_becomes_dots_but_keeps_its_words(shown) -> None:
    figures.show(scatter(20_000), alt=ALT)
    figures.show(scatter(20_000), alt=ALT, dense=True)
    drawn, dots = (data["text/html"] for data, _ in shown.outputs)
    assert len(dots) < len(drawn) / 10
    assert len(list(svg_of(drawn).iter("image"))) == 0
    (image,) = svg_of(dots).iter("image")
    assert float(image.get("width")) > 0
    assert "Look here" in words_of(dots)


def test_a_figure_of_pyplot_is_closed_and_takes_the_ink_too(shown) -> None:
    import matplotlib.pyplot as plt

    with mpl.rc_context({"backend": "agg"}):
        figure, axes = plt.subplots()
        axes.plot([1, 2])
        axes.set_title("Look here")
        figures.show(figure, alt=ALT)
        assert plt.get_fignums() == []
    html = shown.data["text/html"]
    assert "#000000" not in html
    assert "#ffffff" not in html
    assert "font-family" not in html


def test_outside_a_notebook_the_words_are_written(capsys) -> None:
    DRAW["bars"](title="Look here", alt=ALT)
    assert capsys.readouterr().out == f"Figure: {ALT}\n"
