"""Training: one function, ``fit``, that is the loop of the book and nothing more hidden than that.

model = torch.nn.Sequential(...)
history = training.fit(model, split, epochs=30)
training.evaluate(model, split.test)
"""

from course_lib.training.devices import best_device, set_seed
from course_lib.training.history import Diverged, History
from course_lib.training.loop import batches, evaluate, fit
from course_lib.training.metrics import accuracy, r2
from course_lib.training.ranks import first_process
from course_lib.training.stopping import EarlyStopping
from course_lib.training.together import tuned_accuracy

__all__ = [
    "Diverged",
    "EarlyStopping",
    "History",
    "accuracy",
    "batches",
    "best_device",
    "evaluate",
    "first_process",
    "fit",
    "r2",
    "set_seed",
    "tuned_accuracy",
]
