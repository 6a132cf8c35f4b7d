# Answers to the task "loss": each is a whole answer cell.

# %% right: scipy's log-softmax and a table of targets
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    if np.ndim(logits) != 2 or np.shape(labels) != (len(logits),):
        raise ValueError(f"shapes {np.shape(logits)} and {np.shape(labels)} do not fit")
    n_classes = logits.shape[1]
    if not np.isin(labels, np.arange(n_classes)).all():
        raise ValueError(f"labels go from 0 to {n_classes - 1}")
    targets = (1 - smoothing) * np.eye(n_classes)[labels] + smoothing / n_classes
    return -(targets * log_softmax(logits.astype(np.float64), axis=1)).sum() / len(logits)

# %% right: one sample at a time, plain Python
import math

def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2:
        raise ValueError("logits: two axes")
    if labels.ndim != 1 or len(labels) != len(logits):
        raise ValueError("labels: one for each row")
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist()):
        if label not in range(len(row)):
            raise ValueError(f"label {label}, but {len(row)} classes")
        top = max(row)
        reach = math.log(sum(math.exp(z - top) for z in row))
        for k, z in enumerate(row):
            q = smoothing / len(row) + (1 - smoothing if k == label else 0)
            total -= q * (z - top - reach)
    return total / len(logits)

# %% right: logsumexp minus the wanted logits
from scipy.special import logsumexp

def cross_entropy(logits, labels, smoothing):
    if logits.ndim - 2:
        raise ValueError("two axes, please")
    if labels.shape != logits.shape[:1]:
        raise ValueError("as many labels as rows, please")
    if np.any((labels < 0) | (labels >= logits.shape[1])):
        raise ValueError("no such class")
    wanted = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    mixed = (1 - smoothing) * wanted + smoothing * logits.mean(axis=1, dtype=np.float64)
    return float(np.mean(logsumexp(logits.astype(np.float64), axis=1) - mixed))

# %% right: in float32 all the way
def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2 or labels.shape != (logits.shape[0],):
        raise ValueError("shapes")
    if min(labels) < 0 or max(labels) > logits.shape[1] - 1:
        raise ValueError("labels")
    Z = (logits - np.max(logits, axis=1)[:, None]).astype(np.float32)
    log_p = Z - np.log(np.sum(np.exp(Z), axis=1))[:, None]
    s = np.float32(smoothing)
    sharp, flat = [row[k] for row, k in zip(log_p, labels)], log_p.mean(axis=1)
    return np.mean((s - 1) * np.array(sharp) - s * flat)

# %% right: pairwise differences, an array of one number
from scipy.special import logsumexp

def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2 or labels.ndim != 1 or logits.shape[0] != labels.size:
        raise ValueError("shapes")
    if set(labels.tolist()) - set(range(logits.shape[1])):
        raise ValueError("labels")
    Z = logits.astype(np.float64)
    costs = logsumexp(Z[:, :, None] - Z[:, None, :], axis=1)  # (n, K): -log p
    targets = smoothing / Z.shape[1] + (1 - smoothing) * (np.arange(Z.shape[1]) == labels[:, None])
    return np.asarray(np.einsum("ik,ik->", costs, targets) / len(Z))

# %% wrong: the sum over samples
# hint: that is the sum over samples
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -np.sum((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the mean over all logits
# hint: not by that of all logits
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    n_classes = logits.shape[1]
    targets = (1 - smoothing) * np.eye(n_classes)[labels] + smoothing / n_classes
    return -np.mean(targets * log_softmax(logits, axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: no minus
# hint: the sign
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: logarithms to the base 2
# hint: the natural logarithm is meant
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1) / np.log(2)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the softmax down the columns
# hint: runs down the columns
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=0)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the softmax over the whole table
# hint: each row has its own sum
def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    Z = logits - logits.max()
    log_p = Z - np.log(np.exp(Z).sum())
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the softmax twice
# hint: the softmax is applied twice
from scipy.special import log_softmax, softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(softmax(logits, axis=1), axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: logits taken for logarithms of probabilities
# hint: the logits are not normalised
def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    true = logits[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * logits.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the predicted class in place of the label
# hint: not the largest one
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1)
    return -np.mean((1 - smoothing) * log_p.max(axis=1) + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: every label in every row
# hint: pair row i with label i
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1)
    return -np.mean((1 - smoothing) * log_p[:, labels].mean(axis=1) + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: no logarithm
# hint: the logarithm is missing
from scipy.special import softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    p = softmax(logits, axis=1)
    true = p[np.arange(len(labels)), labels]
    return 1 - np.mean((1 - smoothing) * true + smoothing * p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the mean before the logarithm
# hint: then the mean
from scipy.special import softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    p = softmax(logits, axis=1)
    return -np.log(np.mean(p[np.arange(len(labels)), labels]))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the losses, not their mean
# hint: return their mean
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: smoothing ignored
# hint: the labels are not smoothed
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    return -log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean()

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the share spread over the other classes only
# hint: the true one included: s / K
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    n, n_classes = logits.shape
    targets = np.full((n, n_classes), smoothing / (n_classes - 1))
    targets[np.arange(n), labels] = 1 - smoothing
    return -(targets * log_softmax(logits, axis=1)).sum(axis=1).mean()

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the share added, not taken away first
# hint: must be taken away first
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    targets = np.eye(logits.shape[1])[labels] + smoothing / logits.shape[1]
    return -(targets * log_softmax(logits, axis=1)).sum(axis=1).mean()

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the sum over classes in place of the mean
# hint: every class gets the whole share
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.sum(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the share divided by the number of samples
# hint: divided by the number of samples, not of classes
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    targets = (1 - smoothing) * np.eye(logits.shape[1])[labels] + smoothing / len(logits)
    return -(targets * log_softmax(logits, axis=1)).sum(axis=1).mean()

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: always three classes
# hint: the number of classes is not always 3
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    n_classes = logits.shape[1]
    targets = (1 - smoothing) * np.eye(n_classes)[labels] + smoothing / 3
    return -(targets * log_softmax(logits, axis=1)).sum(axis=1).mean()

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: s and 1 - s exchanged
# hint: are exchanged
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean(smoothing * true + (1 - smoothing) * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the share taken away and lost
# hint: taken away but not spread
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    true = log_softmax(logits, axis=1)[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true)

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the probabilities smoothed
# hint: smooth the labels, not the probabilities
from scipy.special import softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    p = (1 - smoothing) * softmax(logits, axis=1) + smoothing / logits.shape[1]
    return -np.log(p[np.arange(len(labels)), labels]).mean()

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: np.exp of the logits as they are
# hint: np.exp overflows, or all powers of a row become 0
def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    powers = np.exp(logits)
    log_p = np.log(powers / powers.sum(axis=1, keepdims=True))
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the largest logit of the whole table subtracted
# hint: each row's own largest logit
def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    Z = logits - logits.max()
    log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the largest logit added back, beside which float32 rounds
# hint: go on with the shifted logits
def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    top = logits.max(axis=1, keepdims=True)
    log_p = logits - (top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True)))
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: scipy's logsumexp, in the precision that came
# hint: go on with the shifted logits
from scipy.special import logsumexp

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = logits - logsumexp(logits, axis=1, keepdims=True)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: a stable softmax, and the logarithm of its zeros
# hint: a probability became 0
from scipy.special import softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = np.log(softmax(logits, axis=1))
    true = log_p[np.arange(len(labels)), labels]
    if smoothing == 0:
        return -true.mean()
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: probabilities cut off at a millionth of a millionth
# hint: the loss is capped
from scipy.special import softmax

def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    log_p = np.log(np.maximum(softmax(logits, axis=1), 1e-12))
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the logits changed in place
# hint: the logits were changed in place
def cross_entropy(logits, labels, smoothing):
    check_input(logits, labels)
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

def check_input(logits, labels):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")

# %% wrong: the last class for a label of -1
# hint: a label of -1, which NumPy takes for the last class
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.max() >= logits.shape[1]:
        raise ValueError("labels")
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

# %% wrong: NumPy left to complain of labels that are too large
# hint: a label of 3 where the classes are 0 to 2
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0:
        raise ValueError("labels")
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

# %% wrong: labels counted from 1
# hint: a label of 3 where the classes are 0 to 2
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2 or labels.shape != (len(logits),):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() > logits.shape[1]:
        raise ValueError("labels")
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels - 1]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

# %% wrong: only the number of labels compared
# hint: labels as a column, (5, 1), which broadcasts
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2 or labels.size != len(logits):
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(labels)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))

# %% wrong: only the number of axes compared
# hint: one label for five samples, which broadcasts
from scipy.special import log_softmax

def cross_entropy(logits, labels, smoothing):
    if logits.ndim != 2 or labels.ndim != 1:
        raise ValueError("shapes")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError("labels")
    log_p = log_softmax(logits, axis=1)
    true = log_p[np.arange(len(logits)), labels]
    return -np.mean((1 - smoothing) * true + smoothing * log_p.mean(axis=1))
