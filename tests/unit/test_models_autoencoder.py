"""Autoencoders against formulas written out, and against PyTorch's own distributions."""

import math

import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence

from course_lib import training
from course_lib.models import Autoencoder, VariationalAutoencoder

SIZES = (6, 5, 2)


@pytest.fixture
def rows() -> torch.Tensor:
    return torch.randn(40, 6, generator=torch.Generator().manual_seed(1))


def fresh(kind=Autoencoder, **settings):
    training.set_seed(0)
    return kind(SIZES, **settings)


def linears(model: nn.Module) -> list[nn.Linear]:
    return [layer for layer in model.modules() if isinstance(layer, nn.Linear)]


def test_an_autoencoder_is_four_layers_with_two_bends(rows):
    model = fresh()
    a, b, c, d = linears(model)
    codes = (rows @ a.weight.T + a.bias).relu() @ b.weight.T + b.bias
    restored = (codes @ c.weight.T + c.bias).relu() @ d.weight.T + d.bias
    torch.testing.assert_close(model.codes(rows), codes)
    torch.testing.assert_close(model(rows), restored)
    torch.testing.assert_close(model.errors(rows), ((restored - rows) ** 2).mean(dim=1))
    assert codes.shape == (40, 2)


def test_it_has_the_weights_of_its_sizes_and_no_more():
    count = sum(p.numel() for p in fresh().parameters())
    assert count == (6 * 5 + 5) + (5 * 2 + 2) + (2 * 5 + 5) + (5 * 6 + 6)
    count = sum(p.numel() for p in fresh(VariationalAutoencoder).parameters())
    assert count == (6 * 5 + 5) + (5 * 4 + 4) + (2 * 5 + 5) + (5 * 6 + 6)


def test_the_activations_stand_where_they_should(rows):
    model = fresh(activation=nn.Tanh, code_activation=nn.Sigmoid)
    kinds = [type(m) for m in (*model.encoder, *model.decoder)]
    assert kinds == [nn.Linear, nn.Tanh, nn.Linear, nn.Sigmoid, nn.Linear, nn.Tanh, nn.Linear]
    assert model.codes(rows).min() >= 0


def test_two_sizes_make_a_linear_autoencoder(rows):
    model = Autoencoder((6, 3))
    one, two = model(rows[:1]), model(rows[1:2])
    torch.testing.assert_close(model((rows[:1] + rows[1:2]) / 2), (one + two) / 2)


def test_noise_comes_in_training_only_and_at_the_input(rows):
    quiet, noisy = fresh(), fresh(noise=0.5)
    noisy.load_state_dict(quiet.state_dict())
    torch.manual_seed(3)
    spoilt = noisy.train()(rows)
    torch.manual_seed(3)
    torch.testing.assert_close(spoilt, quiet(rows + 0.5 * torch.randn_like(rows)))
    torch.testing.assert_close(noisy.eval()(rows), quiet(rows))
    torch.testing.assert_close(noisy.train().errors(rows), quiet.errors(rows))


def test_codes_and_errors_keep_no_history(rows):
    model = fresh()
    assert not model.codes(rows).requires_grad
    assert not model.errors(rows).requires_grad
    assert model(rows).requires_grad


def test_the_variational_loss_is_the_bound_by_pytorchs_distributions(rows):
    model = fresh(VariationalAutoencoder).eval()
    restored, mean, log_variance = model(rows)
    prior = Normal(torch.zeros_like(mean), 1.0)
    divergence = kl_divergence(Normal(mean, log_variance.div(2).exp()), prior).sum(1).mean()
    sigma = (restored - rows).square().mean().sqrt()
    likelihood = Normal(restored, sigma).log_prob(rows).sum(1).mean()
    constant = rows.shape[1] / 2 * (1 + math.log(2 * math.pi))
    torch.testing.assert_close(
        model.loss((restored, mean, log_variance), rows), divergence - likelihood - constant
    )


def test_the_variance_it_takes_is_the_best_one(rows):
    model = fresh(VariationalAutoencoder).eval()
    restored, *_ = model(rows)
    best = (restored - rows).square().mean().sqrt()
    at = [
        Normal(restored, best * factor).log_prob(rows).sum().item() for factor in (0.98, 1.0, 1.02)
    ]
    assert max(at) == at[1]


def test_the_gradient_passes_the_draw(rows):
    model = fresh(VariationalAutoencoder).train()
    torch.manual_seed(5)
    _, mean, log_variance = output = model(rows)
    torch.manual_seed(5)
    code = Normal(mean, log_variance.div(2).exp()).rsample()
    torch.testing.assert_close(output[0], model.decoder(code))
    model.loss(output, rows).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_outside_training_nothing_is_drawn(rows):
    model = fresh(VariationalAutoencoder).eval()
    restored, mean, _ = model(rows)
    torch.testing.assert_close(restored, model.decoder(mean))
    torch.testing.assert_close(model.codes(rows), mean)


def test_samples_are_decoded_standard_normal_draws():
    model = fresh(VariationalAutoencoder)
    torch.manual_seed(7)
    drawn = model.sample(9)
    torch.manual_seed(7)
    torch.testing.assert_close(drawn, model.decoder(torch.randn(9, 2)))
    assert drawn.shape == (9, 6)
    assert not drawn.requires_grad


@pytest.mark.parametrize("kind", [Autoencoder, VariationalAutoencoder])
def test_fit_trains_it(kind, rows):
    line = rows[:, :1] * torch.arange(1.0, 7.0)  # (40, 6), of one dimension
    model = fresh(kind)
    loss = getattr(model, "loss", None)
    history = training.fit(
        model, (line, line), epochs=40, batch_size=8, learning_rate=0.01, loss=loss
    )
    before, after = history.loss[0], history.loss[-1]
    assert after < before - 2 if loss else after < before / 5


@pytest.mark.parametrize("kind", [Autoencoder, VariationalAutoencoder])
@pytest.mark.parametrize("sizes", [(), (6,), (6, 0), (6, 2.5), (6, True), (6, -1, 2)])
def test_bad_sizes_are_refused_with_the_cure(kind, sizes):
    with pytest.raises(ValueError, match=r"give the widths .*\(64, 128, 2\)"):
        kind(sizes)


@pytest.mark.parametrize("noise", [-0.1, math.nan, math.inf])
def test_bad_noise_is_refused_with_the_cure(noise):
    with pytest.raises(ValueError, match="give a standard deviation, 0 or more"):
        Autoencoder(SIZES, noise=noise)
