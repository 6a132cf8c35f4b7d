# Answers to the task "compare": each is a whole answer cell.

# %% right: scipy's own interval
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    scale = np.std(differences, ddof=1) * np.sqrt(1 / n + ratio)
    return t.interval(0.95, n - 1, loc=np.mean(differences), scale=scale)

def compare(X, y, seed):
    a, b = (
        cross_val_score(model, X, y, cv=RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed))
        for model in (make_simple(), make_network())
    )
    low, high = corrected_interval(b - a, 0.25)
    decision = "network" if low > 0 else "simple" if high < 0 else "cannot tell"
    return low, high, decision

# %% right: a loop over the folds, plain Python
from statistics import mean, variance
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold

def corrected_interval(differences, ratio):
    values = [float(d) for d in differences]
    centre = mean(values)
    half = t.isf(0.025, len(values) - 1) * ((1 / len(values) + ratio) * variance(values)) ** 0.5
    return centre - half, centre + half

def compare(X, y, seed):
    differences = []
    for train, test in RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed).split(X, y):
        network = make_network().fit(X[train], y[train])
        simple = make_simple().fit(X[train], y[train])
        differences.append(network.score(X[test], y[test]) - simple.score(X[test], y[test]))
    low, high = corrected_interval(differences, 0.25)
    if low <= 0 <= high:
        return low, high, "cannot tell"
    return low, high, "network" if low > 0 else "simple"

# %% right: folds cut once and kept, t written as the normal's neighbour
import scipy.stats
from sklearn.model_selection import RepeatedStratifiedKFold, cross_validate

def corrected_interval(differences, ratio):
    d = np.asarray(differences, dtype=float)
    s2 = ((d - d.mean()) ** 2).sum() / (d.size - 1)
    cut = -scipy.stats.t(d.size - 1).ppf(0.025)
    half = cut * np.sqrt(s2 / d.size + s2 * ratio)
    return float(d.mean() - half), float(d.mean() + half)

def compare(X, y, seed):
    folds = list(RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed).split(X, y))
    simple = cross_validate(make_simple(), X, y, cv=folds, scoring="accuracy")["test_score"]
    network = cross_validate(make_network(), X, y, cv=folds, scoring="accuracy")["test_score"]
    low, high = corrected_interval(network - simple, len(folds[0][1]) / len(folds[0][0]))
    return low, high, ["simple", "cannot tell", "network"][1 + int(low > 0) - int(high < 0)]

# %% wrong: the usual interval, without the correction
# hint: the usual interval, too narrow
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.std(differences, ddof=1) / np.sqrt(n)
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: the correction written and not used
# hint: Is the ratio of 1/4 in it?
from scipy import stats
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = stats.t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 0)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: the variance divides by n
# hint: divides by n - 1
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: 1.96 for Student's t
# hint: 1.96 is for endless data
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    half = 1.96 * np.sqrt((1 / len(differences) + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: one-sided quantile
# hint: 2.5 % on each side
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.95, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: n degrees of freedom
# hint: n - 1 degrees of freedom
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: training rows to test rows
# hint: not the reverse
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + 1 / ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: simple minus network
# hint: the wrong way round
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_simple(), X, y, cv=folds) - cross_val_score(make_network(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: the better mean wins
# hint: the sign of the mean decides nothing
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if d.mean() > 0 else "simple" if d.mean() < 0 else "cannot tell"

# %% wrong: each model on folds of its own
# hint: not scored on the same folds
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    a = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    b = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed + 1)
    d = cross_val_score(make_network(), X, y, cv=a) - cross_val_score(make_simple(), X, y, cv=b)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: one repeat
# hint: make 25 differences, not 5
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=1, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: test rows to all rows
# hint: a ratio of 1/4, not 1/5
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 5)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"

# %% wrong: an interval that ends at 0 decides
# hint: an interval that ends at 0 decides nothing
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    n = len(differences)
    half = t.ppf(0.975, n - 1) * np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low >= 0 else "simple" if high <= 0 else "cannot tell"

# %% wrong: n and the ratio of this task built in
# hint: not 25 and 1/4
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

def corrected_interval(differences, ratio):
    half = t.ppf(0.975, 24) * np.sqrt((1 / 25 + 1 / 4) * np.var(differences, ddof=1))
    return np.mean(differences) - half, np.mean(differences) + half

def compare(X, y, seed):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=seed)
    d = cross_val_score(make_network(), X, y, cv=folds) - cross_val_score(make_simple(), X, y, cv=folds)
    low, high = corrected_interval(d, 1 / 4)
    return low, high, "network" if low > 0 else "simple" if high < 0 else "cannot tell"
