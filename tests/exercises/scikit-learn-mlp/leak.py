# Answers to the task "leak": each is a whole answer cell.

# %% right: each step fitted by hand, fold by fold
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    scores = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(X, y):
        scaler = StandardScaler().fit(X[train])
        select = SelectKBest(k=20).fit(scaler.transform(X[train]), y[train])
        model = LogisticRegression()
        model.fit(select.transform(scaler.transform(X[train])), y[train])
        scores.append(model.score(select.transform(scaler.transform(X[test])), y[test]))
    return np.array(scores)

# %% right: a pipeline inside the loop, returned as a list
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    scores = []
    for train, test in folds.split(X, y):
        steps = [("scale", StandardScaler()), ("pick", SelectKBest(f_classif, k=20))]
        model = Pipeline([*steps, ("classify", LogisticRegression())])
        predicted = model.fit(X[train], y[train]).predict(X[test])
        scores.append(accuracy_score(y[test], predicted))
    return scores

# %% right: features chosen before scaling, means and deviations by hand
from sklearn.feature_selection import f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

def fold_scores(X, y, seed):
    scores = np.empty(5)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    for k, (train, test) in enumerate(folds.split(X, y)):
        best = np.sort(np.argsort(f_classif(X[train], y[train])[0])[-20:])
        A, B = X[train][:, best], X[test][:, best]
        mean, deviation = A.mean(axis=0), A.std(axis=0)
        model = LogisticRegression().fit((A - mean) / deviation, y[train])
        scores[k] = model.score((B - mean) / deviation, y[test])
    return scores

# %% right: cross_validate
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    model = make_pipeline(StandardScaler(), SelectKBest(k=20), LogisticRegression())
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    return cross_validate(model, X, y, cv=folds)["test_score"]

# %% wrong: the starter as it came
# hint: test rows had a say in what was fitted
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    X = StandardScaler().fit_transform(X)
    X = SelectKBest(k=20).fit_transform(X, y)
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    scores = []
    for train, test in folds.split(X, y):
        model = LogisticRegression().fit(X[train], y[train])
        scores.append(model.score(X[test], y[test]))
    return np.array(scores)

# %% wrong: only the scaler moved into the folds
# hint: test rows had a say in what was fitted
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    X = SelectKBest(k=20).fit_transform(X, y)
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    return cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), X, y, cv=folds)

# %% wrong: only the selection moved into the folds
# hint: the scaler saw the test rows
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    X = StandardScaler().fit_transform(X)
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    return cross_val_score(make_pipeline(SelectKBest(k=20), LogisticRegression()), X, y, cv=folds)

# %% wrong: inside the loop, but fitted on all rows
# hint: test rows had a say in what was fitted
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    scores = []
    for train, test in folds.split(X, y):
        Z = StandardScaler().fit_transform(X)
        Z = SelectKBest(k=20).fit_transform(Z, y)
        model = LogisticRegression().fit(Z[train], y[train])
        scores.append(model.score(Z[test], y[test]))
    return np.array(scores)

# %% wrong: the test rows fitted a scaler and chose columns of their own
# hint: chose columns of their own
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    scores = []
    for train, test in folds.split(X, y):
        prepare = make_pipeline(StandardScaler(), SelectKBest(k=20))
        model = LogisticRegression().fit(prepare.fit_transform(X[train], y[train]), y[train])
        scores.append(model.score(prepare.fit_transform(X[test], y[test]), y[test]))
    return np.array(scores)

# %% wrong: scored on the rows it was trained on
# hint: on the rows that the model was trained on
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    model = make_pipeline(StandardScaler(), SelectKBest(k=20), LogisticRegression())
    scores = []
    for train, test in folds.split(X, y):
        model.fit(X[train], y[train])
        scores.append(model.score(X[train], y[train]))
    return np.array(scores)

# %% wrong: the choice of features thrown out with the leak
# hint: so is the choice of 20 features
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    return cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), X, y, cv=folds)

# %% wrong: the scaling thrown out with the leak
# hint: no longer standardised
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

def fold_scores(X, y, seed):
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    return cross_val_score(make_pipeline(SelectKBest(k=20), LogisticRegression()), X, y, cv=folds)

# %% wrong: cv=5, so the folds are not shuffled
# hint: not shuffled by the seed
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    model = make_pipeline(StandardScaler(), SelectKBest(k=20), LogisticRegression())
    return cross_val_score(model, X, y, cv=5)

# %% wrong: the seed ignored
# hint: the folds ignore the seed
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    model = make_pipeline(StandardScaler(), SelectKBest(k=20), LogisticRegression())
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return cross_val_score(model, X, y, cv=folds)

# %% wrong: the mean of the folds
# hint: a single number
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def fold_scores(X, y, seed):
    model = make_pipeline(StandardScaler(), SelectKBest(k=20), LogisticRegression())
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return cross_val_score(model, X, y, cv=folds).mean()

# %% wrong: coin tosses by heart
# hint: only the leak goes
def fold_scores(X, y, seed):
    return np.full(5, 0.5)
