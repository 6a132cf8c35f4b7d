# Answers to the task "score": each is a whole answer cell.

# %% right: a loop over the samples
def score_card(y_train, y_test, predicted, n_classes):
    counts = [0] * n_classes
    for label in y_train:
        counts[label] += 1
    lazy = counts.index(max(counts))
    right, lazy_right = 0, 0
    hits, sizes = [0] * n_classes, [0] * n_classes
    for truth, guess in zip(y_test, predicted):
        right += truth == guess
        lazy_right += truth == lazy
        sizes[truth] += 1
        hits[truth] += truth == guess
    recalls = [h / n if n else float("nan") for h, n in zip(hits, sizes)]
    return right / len(y_test), lazy_right / len(y_test), recalls

# %% right: from the confusion matrix
from sklearn.metrics import confusion_matrix

def score_card(y_train, y_test, predicted, n_classes):
    table = confusion_matrix(y_test, predicted, labels=range(n_classes))
    lazy = np.bincount(y_train, minlength=n_classes).argmax()
    sizes = table.sum(axis=1)
    recalls = np.full(n_classes, np.nan)
    np.divide(table.diagonal(), sizes, out=recalls, where=sizes > 0)
    return float(table.trace() / table.sum()), float(sizes[lazy] / sizes.sum()), recalls

# %% right: scikit-learn's own functions, and a warning on the way
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score

def score_card(y_train, y_test, predicted, n_classes):
    lazy = DummyClassifier().fit(np.zeros((len(y_train), 1)), y_train)
    baseline = lazy.score(np.zeros((len(y_test), 1)), y_test)
    recalls = np.array([(predicted[y_test == c] == c).mean() for c in range(n_classes)])
    return accuracy_score(y_test, predicted), baseline, recalls

# %% wrong: the baseline peeks at the test labels
# hint: must not peek
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    baseline = np.bincount(y_test).max() / len(y_test)
    recalls = np.array([np.mean(predicted[y_test == c] == c) for c in range(n_classes)])
    return accuracy, baseline, recalls

# %% wrong: the baseline is measured on the training labels
# hint: how often it is right about y_test
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    baseline = np.bincount(y_train).max() / len(y_train)
    recalls = np.array([np.mean(predicted[y_test == c] == c) for c in range(n_classes)])
    return accuracy, baseline, recalls

# %% wrong: the baseline is guessing at random
# hint: guessing at random
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    recalls = np.array([np.mean(predicted[y_test == c] == c) for c in range(n_classes)])
    return accuracy, 1 / n_classes, recalls

# %% wrong: precision for recall
# hint: that is precision
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    baseline = np.mean(y_test == np.bincount(y_train).argmax())
    recalls = np.array([np.mean(y_test[predicted == c] == c) for c in range(n_classes)])
    return accuracy, baseline, recalls

# %% wrong: a count for a share
# hint: a count, not a share
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.sum(predicted == y_test)
    baseline = np.mean(y_test == np.bincount(y_train).argmax())
    recalls = np.array([np.mean(predicted[y_test == c] == c) for c in range(n_classes)])
    return accuracy, baseline, recalls

# %% wrong: per cent
# hint: leave them between 0 and 1
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = 100 * np.mean(predicted == y_test)
    baseline = 100 * np.mean(y_test == np.bincount(y_train).argmax())
    recalls = [100 * np.mean(predicted[y_test == c] == c) for c in range(n_classes)]
    return accuracy, baseline, recalls

# %% wrong: 0 for the recall of a class that is absent
# hint: nan, not 0
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    baseline = np.mean(y_test == np.bincount(y_train).argmax())
    recalls = np.zeros(n_classes)
    for c in np.unique(y_test):
        recalls[c] = np.mean(predicted[y_test == c] == c)
    return accuracy, baseline, recalls

# %% wrong: recalls of the classes present only
# hint: an entry for every class
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    baseline = np.mean(y_test == np.bincount(y_train).argmax())
    recalls = [np.mean(predicted[y_test == c] == c) for c in np.unique(y_test)]
    return accuracy, baseline, recalls

# %% wrong: the last of equally frequent labels
# hint: the smallest counts
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    lazy = max(range(n_classes), key=lambda c: (np.sum(y_train == c), c))
    recalls = np.array([np.mean(predicted[y_test == c] == c) for c in range(n_classes)])
    return accuracy, np.mean(y_test == lazy), recalls

# %% wrong: the visible answer by heart
# hint: occur in training only
def score_card(y_train, y_test, predicted, n_classes):
    return 5 / 8, 2 / 8, [1 / 2, 1, 1 / 2]

# %% wrong: no return
# hint: is there a `return`?
def score_card(y_train, y_test, predicted, n_classes):
    accuracy = np.mean(predicted == y_test)
    baseline = np.mean(y_test == np.bincount(y_train).argmax())
    recalls = [np.mean(predicted[y_test == c] == c) for c in range(n_classes)]
