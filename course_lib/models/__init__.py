"""The networks that the chapters build, for later chapters and for your own work."""

from __future__ import annotations

from course_lib.models.augment import Jitter
from course_lib.models.autoencoder import Autoencoder, VariationalAutoencoder
from course_lib.models.cnn import ResidualCNN, small_cnn
from course_lib.models.convolution import (
    blur_pool,
    crop_to_ink,
    edge_filters,
    gabor_filters,
    gradient_histograms,
)
from course_lib.models.cost import flops, parameters
from course_lib.models.mlp import ResidualMLP, mlp
from course_lib.models.ngrams import NGram
from course_lib.models.recurrent import (
    CharacterModel,
    SequenceModel,
    lstm_gates,
    remember,
    set_forget_bias,
)

__all__ = [
    "Autoencoder",
    "CharacterModel",
    "Jitter",
    "NGram",
    "ResidualCNN",
    "ResidualMLP",
    "SequenceModel",
    "VariationalAutoencoder",
    "blur_pool",
    "crop_to_ink",
    "edge_filters",
    "flops",
    "gabor_filters",
    "gradient_histograms",
    "lstm_gates",
    "mlp",
    "parameters",
    "remember",
    "set_forget_bias",
    "small_cnn",
]
