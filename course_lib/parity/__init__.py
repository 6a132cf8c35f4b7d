"""scikit-learn's multi-layer perceptron, step for step, in PyTorch.

    twin = train_twin(MLPClassifier(random_state=0), X, y)

trains in an ordinary PyTorch loop what ``MLPClassifier(random_state=0).fit(X, y)`` trains, and
``twin.loss_curve`` is ``loss_curve_`` up to rounding. What it takes beyond the ordinary loop is
``RECIPE``; each item can be left out to see what it is worth.
"""

from course_lib.parity.training import Training
from course_lib.parity.twin import RECIPE, Twin, train_twin

__all__ = ["RECIPE", "Training", "Twin", "train_twin"]
