"""Given filters against their formulas, and the blur against PyTorch's mean pooling."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.models import (
    blur_pool,
    crop_to_ink,
    edge_filters,
    gabor_filters,
    gradient_histograms,
)


@pytest.mark.parametrize("bank", [edge_filters(), gabor_filters(), gabor_filters(3, 7)])
def test_filters_have_length_one_and_no_answer_to_plain_paper(bank):
    assert bank.dtype == torch.float32
    assert bank.flatten(1).norm(dim=1) == pytest.approx(1, abs=1e-6)
    assert bank.flatten(1).sum(dim=1) == pytest.approx(0, abs=1e-6)


def test_shapes_follow_the_number_of_directions():
    assert edge_filters().shape == (12, 1, 5, 5)
    assert edge_filters(3).shape == (5, 1, 5, 5)
    assert gabor_filters().shape == (12, 1, 5, 5)
    assert gabor_filters(3, 7).shape == (6, 1, 7, 7)


def test_an_edge_filter_answers_most_to_ink_that_grows_in_its_direction():
    y, x = torch.meshgrid(torch.arange(5.0), torch.arange(5.0), indexing="ij")
    for k in range(8):
        angle = 2 * math.pi * k / 8
        ramp = math.cos(angle) * x + math.sin(angle) * y
        answers = (edge_filters(8)[:8, 0] * ramp).sum(dim=(1, 2))
        assert answers.argmax() == k


def test_the_last_edge_filters_find_a_dark_spot_and_a_light_one():
    spot = torch.zeros(5, 5)
    spot[2, 2] = 1
    answers = (edge_filters()[:, 0] * spot).sum(dim=(1, 2))
    assert answers[10] == pytest.approx(4 / math.sqrt(20))
    assert answers[11] == -answers[10]
    assert answers[:10].abs().max() < 1e-6


def test_a_gabor_filter_is_the_formula():
    wave = torch.tensor([
        [math.exp(-(i**2 + j**2) / 4.5) * math.cos(math.pi / 2 * i) for j in range(-2, 3)]
        for i in range(-2, 3)
    ])  # fmt: skip
    wave -= wave.mean()
    down = gabor_filters(2)[2, 0]  # the second direction of two, first phase
    assert torch.allclose(down, wave / wave.norm(), atol=1e-6)


def test_the_phases_of_a_gabor_filter_are_even_and_odd():
    even, odd = gabor_filters()[::2], gabor_filters()[1::2]
    assert torch.allclose(even, even.flip(2, 3), atol=1e-6)
    assert torch.allclose(odd, -odd.flip(2, 3), atol=1e-6)


def test_blur_is_two_means_of_two_in_steps_of_two():
    X = torch.rand(3, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    twice = nn.functional.avg_pool2d(
        nn.functional.avg_pool2d(nn.functional.pad(X, [1] * 4), 2, 1), 2, 1
    )
    blurred = blur_pool(4)(X)
    assert torch.allclose(blurred, twice[:, :, ::2, ::2], atol=1e-6)
    assert blurred.shape == (3, 4, 4, 4)
    assert not blurred.requires_grad


@pytest.mark.parametrize(
    "call",
    [lambda: edge_filters(0), lambda: gabor_filters(0), lambda: gabor_filters(2, 4)],
)
def test_what_is_out_of_range_is_refused(call):
    with pytest.raises(ValueError, match=r"give (an odd number, 3|1) or more"):
        call()


def test_a_ramp_counts_for_its_direction_in_every_cell():
    y, x = np.mgrid[:8, :8] / 8
    for k in range(8):
        angle = 2 * np.pi * (k + 0.5) / 8
        ramp = np.cos(angle) * x + np.sin(angle) * y
        found = gradient_histograms(ramp[None]).reshape(4, 8)
        strength = 16 / 8  # sixteen pixels a cell, a slope of one eighth
        assert found[:, k] == pytest.approx(strength / (strength + 0.3))
        assert np.delete(found, k, axis=1) == pytest.approx(0)


def test_histograms_of_blank_paper_are_zero_and_cells_stand_in_order():
    images = np.zeros((2, 8, 12))
    images[1, 5, 1] = 1
    found = gradient_histograms(images, 4).reshape(2, 2, 3, 8)
    assert not found[0].any()
    assert found[1].any(axis=-1).tolist() == [[False, False, False], [True, False, False]]


def test_a_crop_follows_the_ink_and_fills_up_with_paper():
    images = np.zeros((3, 12, 12), dtype=np.float32)
    images[0, 5:8, 2:5] = 1
    images[1, 0, 11] = 1  # in the corner
    images[1, 6, 6] = 0.2  # too faint
    found = crop_to_ink(images, 4)
    assert found.shape == (3, 4, 4)
    assert found[0].sum() == 9
    assert found[1].sum() == 1
    assert found[1, 2, 2] == 1
    assert not found[2].any()


def test_a_moved_digit_is_cropped_alike():
    image = np.zeros((2, 16, 16))
    spots = np.random.default_rng(0).random((6, 5))
    image[0, 1:7, 2:7] = image[1, 8:14, 9:14] = spots
    assert np.array_equal(*crop_to_ink(image))


@pytest.mark.parametrize(
    "call",
    [
        lambda: gradient_histograms(np.zeros((8, 8))),
        lambda: gradient_histograms(np.zeros((1, 8, 8)), 3),
        lambda: crop_to_ink(np.zeros((8, 8))),
        lambda: crop_to_ink(np.zeros((1, 8, 8)), 5),
    ],
)
def test_images_that_do_not_fit_are_refused(call):
    with pytest.raises(ValueError, match=r"shape .* give \(n, height, width\)"):
        call()
