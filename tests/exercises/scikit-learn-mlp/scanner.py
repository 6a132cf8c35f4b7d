# Answers to the task "scanner": each is a whole answer cell.

# %% right: a network, prepared
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def read_scans(X_train, y_train, X_new):
    model = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), MLPClassifier(random_state=0)
    )
    return model.fit(X_train, y_train).predict(X_new)

# %% right: nearest neighbours, means and deviations by hand, a list of ints
from sklearn.neighbors import KNeighborsClassifier

def read_scans(X_train, y_train, X_new):
    mean, deviation = np.nanmean(X_train, axis=0), np.nanstd(X_train, axis=0)
    deviation[deviation == 0] = 1
    prepare = lambda X: np.nan_to_num((X - mean) / deviation)
    model = KNeighborsClassifier(3).fit(prepare(X_train), y_train)
    return [int(label) for label in model.predict(prepare(X_new))]

# %% right: trees, which mind neither gaps nor scales
from sklearn.ensemble import HistGradientBoostingClassifier

def read_scans(X_train, y_train, X_new):
    model = HistGradientBoostingClassifier(max_iter=30, random_state=0)
    return model.fit(X_train, y_train).predict(X_new)

# %% right: a support vector machine on ranges of 0 to 1
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC

def read_scans(X_train, y_train, X_new):
    model = make_pipeline(MinMaxScaler(), SimpleImputer(), SVC())
    return model.fit(X_train, y_train).predict(X_new)

# %% wrong: a bare network
# hint: Input X contains NaN
from sklearn.neural_network import MLPClassifier

def read_scans(X_train, y_train, X_new):
    return MLPClassifier(random_state=0).fit(X_train, y_train).predict(X_new)

# %% wrong: gaps become 0, nothing scaled
# hint: a million times louder
from sklearn.neural_network import MLPClassifier

def read_scans(X_train, y_train, X_new):
    model = MLPClassifier(random_state=0).fit(np.nan_to_num(X_train), y_train)
    return model.predict(np.nan_to_num(X_new))

# %% wrong: gaps filled, nothing scaled
# hint: a million times louder
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

def read_scans(X_train, y_train, X_new):
    model = make_pipeline(SimpleImputer(), MLPClassifier(random_state=0))
    return model.fit(X_train, y_train).predict(X_new)

# %% wrong: gaps become 0 before scaling
# hint: what does the model make of gaps
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def read_scans(X_train, y_train, X_new):
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return model.fit(np.nan_to_num(X_train), y_train).predict(np.nan_to_num(X_new))

# %% wrong: one scale for all sensors
# hint: a million times louder
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier

def read_scans(X_train, y_train, X_new):
    imputer = SimpleImputer().fit(X_train)
    A, B = imputer.transform(X_train), imputer.transform(X_new)
    model = MLPClassifier(random_state=0).fit((A - A.mean()) / A.std(), y_train)
    return model.predict((B - A.mean()) / A.std())

# %% wrong: new scans scaled by themselves
# hint: learnt from X_train, not from X_new
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def read_scans(X_train, y_train, X_new):
    prepare = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
    model = LogisticRegression().fit(prepare.fit_transform(X_train), y_train)
    return model.predict(prepare.fit_transform(X_new))

# %% wrong: trained on scanner 1 whatever is given
# hint: not on those of scanner 1
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X_train, X_new, y_train, y_new = faulty_scans(scanner=1)
model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()).fit(X_train, y_train)

def read_scans(X_train, y_train, X_new):
    return model.predict(X_new)

# %% wrong: scans with a gap are dropped
# hint: what does the model make of gaps
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def read_scans(X_train, y_train, X_new):
    whole = ~np.isnan(X_train).any(axis=1)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(X_train[whole], y_train[whole])
    return model.predict(np.nan_to_num(X_new))

# %% wrong: each sensor divided by its deviation, dead ones too
# hint: contains NaN
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression

def read_scans(X_train, y_train, X_new):
    imputer = SimpleImputer().fit(X_train)
    A, B = imputer.transform(X_train), imputer.transform(X_new)
    mean, deviation = A.mean(axis=0), np.nanstd(X_train, axis=0)
    A, B = (A - mean) / deviation, (B - mean) / deviation
    return LogisticRegression().fit(A, y_train).predict(B)

# %% wrong: the lazy model
# hint: what does the model make of gaps
def read_scans(X_train, y_train, X_new):
    return np.full(len(X_new), np.bincount(y_train).argmax())
