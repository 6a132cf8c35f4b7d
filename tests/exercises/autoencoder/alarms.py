# Answers to the task "alarms": each is a whole answer cell.

# %% right: ranks, weights and sums from the top
from scipy.stats import rankdata

def errors(X, restored):
    return np.square(X - restored).reshape(X.shape[0], -1).mean(1)

def auroc(normal, odd):
    m = len(odd)
    ranks = rankdata(np.concatenate([odd, normal]))
    return (ranks[:m].sum() - m * (m + 1) / 2) / (m * len(normal))

def alarm(normal, odd, base_rate, share):
    values = np.unique(np.r_[normal, odd])
    true = base_rate * (1 - np.searchsorted(np.sort(odd), values, "right") / len(odd))
    false = (1 - base_rate) * (1 - np.searchsorted(np.sort(normal), values, "right") / len(normal))
    first = np.flatnonzero(true + false <= share)[0]
    if (odd > values[first]).sum() + (normal > values[first]).sum() == 0:
        return values[first], np.nan
    return values[first], true[first] / (true[first] + false[first])

# %% right: scikit-learn for the chance, plain Python for the rest
from sklearn.metrics import roc_auc_score

def errors(X, restored):
    return np.array([np.mean((a - b) ** 2) for a, b in zip(X, restored)])

def auroc(normal, odd):
    truth = [0] * len(normal) + [1] * len(odd)
    return float(roc_auc_score(truth, [*normal, *odd]))

def alarm(normal, odd, base_rate, share):
    best = None
    for t in sorted(set(normal.tolist()) | set(odd.tolist()), reverse=True):
        hit = sum(score > t for score in odd.tolist()) / len(odd)
        false = sum(score > t for score in normal.tolist()) / len(normal)
        rings = base_rate * hit + (1 - base_rate) * false
        if rings > share:
            break
        best = t, (base_rate * hit / rings if rings else float("nan"))
    return best

# %% right: signs of differences, the precision by Bayes
def errors(X, restored):
    flat = (X - restored).reshape(len(X), -1)
    return np.einsum("ij,ij->i", flat, flat) / flat.shape[1]

def auroc(normal, odd):
    return 0.5 + 0.5 * np.mean(np.sign(np.subtract.outer(odd, normal)))

def alarm(normal, odd, base_rate, share):
    together = np.sort(np.concatenate([normal, odd]))
    tpr = (odd > together[:, None]).mean(axis=1)
    fpr = (normal > together[:, None]).mean(axis=1)
    at = np.argmax(base_rate * tpr + (1 - base_rate) * fpr < share)
    if tpr[at] == 0:
        return together[at], np.nan if fpr[at] == 0 else 0.0
    return together[at], 1 / (1 + fpr[at] / tpr[at] * (1 - base_rate) / base_rate)

# %% wrong: an error for each column
# hint: one for each row is wanted
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=0)

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: averaged over the second axis alone
# hint: of pictures, all axes but the first
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=1)

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: averaged over the last axis alone
# hint: of pictures, all axes but the first
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=-1)

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: squares added up
# hint: their mean is wanted
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.sum(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: root of the error
# hint: no root is asked for
def errors(X, restored):
    squares = (X - restored) ** 2
    return np.sqrt(squares.mean(axis=tuple(range(1, X.ndim))))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: absolute errors
# hint: not absolute ones
def errors(X, restored):
    squares = abs(X - restored)
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: ties count nothing
# hint: a tie counts half, not nothing
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: ties count whole
# hint: a tie counts half, not whole
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: the normal case higher
# hint: that is the chance that a normal case
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score < normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: rings at the threshold
# hint: above the threshold, not at it
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd >= t).mean(), (normal >= t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: the base rate of the samples
# hint: in the factory one case in ten
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        base_rate = len(odd) / (len(odd) + len(normal))
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: a base rate of one half
# hint: cases alike
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        base_rate = 0.5
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: a share of the normal cases
# hint: not of the normal ones
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if false <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: a share of the odd cases
# hint: not of the odd ones
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if hit <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: recall for precision
# hint: the part of the alarms that are true is wanted
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, hit if rings > 0 else float("nan")

# %% wrong: the part of the false alarms
# hint: alarms that are false
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, 1 - base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: base rate forgotten in the precision
# hint: the precision does not
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, hit / (hit + false) if rings > 0 else float("nan")

# %% wrong: the largest threshold
# hint: the smallest such threshold
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd], reverse=True):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: thresholds from the normal scores alone
# hint: a threshold may be any of the fourteen
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted(normal):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else float("nan")

# %% wrong: a precision of 0 where none ring
# hint: the precision is nan
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else 0.0

# %% wrong: a precision of 1 where none ring
# hint: the precision is nan
def errors(X, restored):
    squares = (X - restored) ** 2
    return squares.mean(axis=tuple(range(1, X.ndim)))

def auroc(normal, odd):
    wins = 0.0
    for score in odd:
        wins += (score > normal).mean() + 0.5 * (score == normal).mean()
    return wins / len(odd)

def alarm(normal, odd, base_rate, share):
    for t in sorted([*normal, *odd]):
        hit, false = (odd > t).mean(), (normal > t).mean()
        rings = base_rate * hit + (1 - base_rate) * false
        if rings <= share:
            return t, base_rate * hit / rings if rings > 0 else 1.0
