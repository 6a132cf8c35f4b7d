"""Keras 3 on its PyTorch backend: the same networks in Keras's layers, with the same weights."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.cases import BETAS, EPSILON, HEADS, RATE, SIDE, WIDTH, WINDOW, Case
from benchmarks.loops import Trial

os.environ["KERAS_BACKEND"] = "torch"
import keras  # it reads the backend when it is imported
from keras import layers


def by_keras(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """Keras's compile and fit, silent."""
    images = X.ndim == 4
    net = {"cnn": _cnn, "lstm": _lstm, "transformer": _transformer}.get(case.name, _mlp)(model)
    loss = (
        keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if case.classes
        else keras.losses.MeanSquaredError()
    )
    adam = keras.optimizers.Adam(RATE, beta_1=BETAS[0], beta_2=BETAS[1], epsilon=EPSILON)
    net.compile(optimizer=adam, loss=loss)

    def inputs(X: torch.Tensor) -> Any:
        return X.movedim(1, -1).numpy() if images else X.numpy()  # Keras has channels last

    def outputs(X: torch.Tensor) -> torch.Tensor:
        found = torch.as_tensor(net.predict(inputs(X), verbose=0))
        return found.movedim(-1, 1) if case.classes else found

    given, answers = inputs(X), y.numpy()
    return Trial(
        lambda: net.fit(
            given, answers, batch_size=case.batch_size, epochs=case.epochs, verbose=0
        ),
        outputs,
    )  # fmt: skip


def _linear(layer: nn.Linear) -> list[Any]:
    """Return weights (inputs, outputs) and biases, as a Dense layer has them."""
    return [layer.weight.detach().numpy().T, layer.bias.detach().numpy()]


def _mlp(model: Any) -> Any:
    linear = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    net = keras.Sequential([keras.Input((linear[0].in_features,))])
    for layer in linear:
        last = layer is linear[-1]
        net.add(layers.Dense(layer.out_features, activation=None if last else "relu"))
    net.set_weights([weights for layer in linear for weights in _linear(layer)])
    return net


def _cnn(model: Any) -> Any:
    first, second, head = model[0], model[3], model[7]
    net = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            layers.Conv2D(first.out_channels, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(second.out_channels, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(head.out_features),
        ]
    )
    kernels = [layer.weight.detach().permute(2, 3, 1, 0).numpy() for layer in (first, second)]
    places = head.weight.detach().view(-1, second.out_channels, SIDE // 4, SIDE // 4)
    net.set_weights(
        [
            *(kernels[0], first.bias.detach().numpy()),
            *(kernels[1], second.bias.detach().numpy()),
            *(places.movedim(1, -1).flatten(1).T.numpy(), head.bias.detach().numpy()),
        ]
    )
    return net


def _lstm(model: Any) -> Any:
    lstm = model.lstm
    net = keras.Sequential(
        [
            keras.Input((SIDE, SIDE)),
            layers.LSTM(lstm.hidden_size),
            layers.Dense(10),
        ]
    )
    biases = lstm.bias_ih_l0 + lstm.bias_hh_l0  # Keras has one where PyTorch has two
    matrices = [lstm.weight_ih_l0.detach().T.numpy(), lstm.weight_hh_l0.detach().T.numpy()]
    net.set_weights([*matrices, biases.detach().numpy(), *_linear(model.head)])
    return net


class _Embedded(layers.Layer):
    """What a character is, plus where it stands."""

    def __init__(self, alphabet: int) -> None:
        super().__init__()
        self.letters = layers.Embedding(alphabet, WIDTH)
        self.places = layers.Embedding(WINDOW, WIDTH)

    def call(self, letters: Any) -> Any:
        """Return (n, places, width) for characters (n, places)."""
        return self.letters(letters) + self.places(keras.ops.arange(WINDOW))


def _transformer(model: Any) -> Any:
    alphabet = model.head.out_features
    letters = keras.Input((WINDOW,), dtype="int64")
    embedded = _Embedded(alphabet)
    hidden = embedded(letters)
    made: list[tuple[Any, list[Any]]] = []
    for block in model.blocks:
        hidden = _block(hidden, block, made)
    norm = layers.LayerNormalization(epsilon=1e-5)
    head = layers.Dense(alphabet)
    net = keras.Model(letters, head(norm(hidden)))
    made += [(norm, _norm(model.norm)), (head, _linear(model.head))]
    tables = (model.letters, model.places)
    embedded.set_weights([table.weight.detach().numpy() for table in tables])
    for layer, weights in made:
        layer.set_weights(weights)
    return net


def _norm(layer: Any) -> list[Any]:
    return [layer.weight.detach().numpy(), layer.bias.detach().numpy()]


def _block(hidden: Any, block: Any, made: list[tuple[Any, list[Any]]]) -> Any:
    """Return what a block makes of ``hidden``; note each new layer with its weights."""
    norm1, norm2 = (layers.LayerNormalization(epsilon=1e-5) for _ in range(2))
    attention = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
    wide = layers.Dense(4 * WIDTH, activation=lambda x: keras.activations.gelu(x, False))
    narrow = layers.Dense(WIDTH)
    seen = norm1(hidden)
    hidden = hidden + attention(seen, seen, use_causal_mask=True)
    hidden = hidden + narrow(wide(norm2(hidden)))
    # query, key and value: PyTorch's rows (heads, width) become Keras's columns
    matrices = np.split(block.project.weight.detach().numpy(), 3)
    biases = np.split(block.project.bias.detach().numpy(), 3)
    parts = [
        part
        for matrix, bias in zip(matrices, biases, strict=True)
        for part in (matrix.T.reshape(WIDTH, HEADS, -1), bias.reshape(HEADS, -1))
    ]
    matrix, bias = _linear(block.join)
    made += [
        (norm1, _norm(block.norm1)),
        (attention, [*parts, matrix.reshape(HEADS, -1, WIDTH), bias]),
        (norm2, _norm(block.norm2)),
        (wide, _linear(block.wide)),
        (narrow, _linear(block.narrow)),
    ]
    return hidden
