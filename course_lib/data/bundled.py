"""Real data sets that scikit-learn carries in its package: nothing is downloaded."""

from __future__ import annotations

import numpy as np
import torch

from course_lib.data.split import Split, cut

_CC_BY = "CC BY 4.0"


def digits(*, seed: int = 0, validation: float = 0.2, test: float = 0.2) -> Split[torch.Tensor]:
    """Return 1,797 handwritten digits as images of 8 × 8 pixels, ten classes.

    ``X`` (n, 64) float32: ink in each pixel, from 0 (paper) to 1 (full), rows unrolled from the
    top left; ``split.images(X)`` rolls them up again to (n, 8, 8). ``y`` (n,) int64: the digit.

    This is the test part of the UCI set alone, written by 13 people; which row is whose was not
    kept, so that a random split puts the same hand on both sides. It has no standard split: the
    numbers on other people's pages come from other splits.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, 1998, doi:10.24432/C50P49; as shipped with scikit-learn. CC BY 4.0.

    Args:
        seed: draws which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: a fraction or the seed is out of range.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return cut(
        bunch.data / 16,  # the scan counted 0 to 16 inked dots in each pixel
        bunch.target,
        seed=seed,
        validation=validation,
        test=test,
        name="digits",
        class_names=tuple("0123456789"),
        feature_names=tuple(bunch.feature_names),
        image_shape=(8, 8),
        units="ink in each pixel, 0 (none) to 1 (full)",
        target="which digit was written",
        source="Alpaydin and Kaynak 1998, UCI, doi:10.24432/C50P49 (its test part)",
        licence=_CC_BY,
    )


def breast_cancer(
    *, seed: int = 0, validation: float = 0.2, test: float = 0.2
) -> Split[torch.Tensor]:
    """Return 569 breast tumours, 30 measurements of their cell nuclei, two classes.

    ``X`` (n, 30) float32: mean, standard error and worst value of ten shapes and textures, in units
    the source does not name and on very different scales (an area of 1,000 beside a smoothness of
    0.1). ``y`` (n,) int64: 0 malignant (212 tumours), 1 benign (357).

    Source: W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin
    (Diagnostic), UCI Machine Learning Repository, 1993, doi:10.24432/C5DW2B; as shipped with
    scikit-learn. CC BY 4.0.

    Args:
        seed: draws which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: a fraction or the seed is out of range.
    """
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    return cut(
        bunch.data,
        bunch.target,
        seed=seed,
        validation=validation,
        test=test,
        name="breast cancer",
        class_names=tuple(map(str, bunch.target_names)),
        feature_names=tuple(map(str, bunch.feature_names)),
        image_shape=None,
        units="measurements of cell nuclei, each in its own unnamed unit; not scaled",
        target="whether a tumour is malignant or benign",
        source="Wolberg and others 1993, UCI, doi:10.24432/C5DW2B",
        licence=_CC_BY,
    )


def wine(*, seed: int = 0, validation: float = 0.2, test: float = 0.2) -> Split[torch.Tensor]:
    """Return 178 Italian wines, 13 chemical measurements, three cultivars.

    ``X`` (n, 13) float32: alcohol, acids, phenols, colour and the like, each in its own unit and
    not scaled (proline near 750 beside hue near 1). ``y`` (n,) int64: the cultivar, 0 to 2, with
    59, 71 and 48 wines.

    Source: S. Aeberhard and M. Forina, Wine, UCI Machine Learning Repository, 1992,
    doi:10.24432/C5PC7J; as shipped with scikit-learn. CC BY 4.0.

    Args:
        seed: draws which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: a fraction or the seed is out of range.
    """
    from sklearn.datasets import load_wine

    bunch = load_wine()
    return cut(
        bunch.data,
        bunch.target,
        seed=seed,
        validation=validation,
        test=test,
        name="wine",
        class_names=("cultivar 0", "cultivar 1", "cultivar 2"),
        feature_names=tuple(bunch.feature_names),
        image_shape=None,
        units="thirteen chemical measurements, each in its own unit; not scaled",
        target="which of three cultivars a wine was made from",
        source="Aeberhard and Forina 1992, UCI, doi:10.24432/C5PC7J",
        licence=_CC_BY,
    )


def diabetes(*, seed: int = 0, validation: float = 0.2, test: float = 0.2) -> Split[torch.Tensor]:
    """Return 442 diabetes patients, ten measurements, and how far the disease got in a year.

    ``X`` (n, 10) float32: age, sex, body mass index, blood pressure and six blood values. The copy
    in scikit-learn is **already centred and scaled**: each column has mean 0 and sum of squares 1
    over all 442 patients, so that the units are lost and the later test rows had a small say in the
    scaling. ``y`` (n,) float32: a score of progression one year on, 25 to 346; its authors give it
    no unit.

    Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression, Annals of
    Statistics 32, 2004, doi:10.1214/009053604000000067; as shipped with scikit-learn. The authors
    state no licence for the data; scikit-learn distributes it in its BSD-3-Clause package.

    Args:
        seed: draws which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: a fraction or the seed is out of range.
    """
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes()
    return cut(
        bunch.data,
        np.asarray(bunch.target, dtype=np.float64),
        seed=seed,
        validation=validation,
        test=test,
        name="diabetes",
        class_names=None,
        feature_names=tuple(bunch.feature_names),
        image_shape=None,
        units="none left: each column centred and scaled to sum of squares 1 over all 442 patients",
        target="score of disease progression after one year, 25 to 346, no unit given",
        source="Efron and others 2004, doi:10.1214/009053604000000067",
        licence="none stated by the authors; distributed with scikit-learn (BSD-3-Clause)",
    )
