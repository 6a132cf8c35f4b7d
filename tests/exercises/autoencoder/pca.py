# Answers to the task "pca": each is a whole answer cell.

# %% right: scikit-learn for the axes, the errors themselves for what is lost
from sklearn.decomposition import PCA

def axes(X, k):
    if k not in range(1, min(X.shape) + 1):
        raise ValueError(f"no {k} axes")
    fitted = PCA(k, svd_solver="full").fit(X)
    return fitted.mean_, fitted.components_

def squeeze(B, mean, V):
    return np.stack([V @ (b - mean) for b in B])

def restore(codes, mean, V):
    return np.stack([mean + sum(c * v for c, v in zip(code, V)) for code in codes])

def lost(X):
    mean = X.mean(axis=0)
    whole = np.square(X - mean).sum()
    shares = [1.0]
    for k in range(1, min(X.shape) + 1):
        V = np.linalg.svd(X - mean)[2][:k]
        shares.append(np.square(X - restore(squeeze(X, mean, V), mean, V)).sum() / whole)
    return np.array(shares)

# %% right: a full decomposition, axes turned about
def axes(X, k):
    if not 0 < k <= min(X.shape):
        raise ValueError("too many axes, or none")
    mean = np.mean(X, axis=0)
    return mean, -np.linalg.svd(X - mean)[2][:k]

def squeeze(B, mean, V):
    return np.einsum("md,kd->mk", B - mean, V)

def restore(codes, mean, V):
    return mean + np.einsum("mk,kd->md", codes, V)

def lost(X):
    s = np.linalg.svd(X - X.mean(0))[1]
    rest = np.cumsum(s[::-1] ** 2)[::-1]
    return np.concatenate([rest, [0.0]]) / rest[0]

# %% right: PyTorch underneath
def axes(X, k):
    if k < 1 or k > X.shape[0] or k > X.shape[1]:
        raise ValueError("k does not fit")
    mean = torch.tensor(X).mean(dim=0)
    V = torch.linalg.svd(torch.tensor(X) - mean, full_matrices=False).Vh[:k]
    return mean.numpy(), V.numpy()

def squeeze(B, mean, V):
    return (torch.tensor(B) - torch.tensor(mean)).matmul(torch.tensor(V).T).numpy()

def restore(codes, mean, V):
    return torch.addmm(torch.tensor(mean), torch.tensor(codes), torch.tensor(V)).numpy()

def lost(X):
    C = torch.tensor(X) - torch.tensor(X).mean(dim=0)
    s = torch.linalg.svdvals(C)
    kept = torch.cat([torch.zeros(1, dtype=s.dtype), (s**2).cumsum(0)]) / (s**2).sum()
    return (1 - kept).numpy()

# %% wrong: rows not centred
# hint: centre X before you decompose it
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: centred nowhere
# hint: centre X before you decompose it
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: columns standardised
# hint: centring is all that is asked
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd((X - mean) / X.std(axis=0), full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: the smallest spread
# hint: the largest spread comes first
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[::-1][:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: axes in columns
# hint: an axis is a row of V
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k].T

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: columns of Vt taken for its rows
# hint: its rows are the axes
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:, :k].T

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: codes from the origin
# hint: seen from the origin
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: codes in columns
# hint: each row of B makes a row of codes
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(V, (B - mean).T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: new rows centred by their own mean
# hint: not by their own
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - B.mean(axis=0), V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: the mean is not added back
# hint: the mean is missing
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V)

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: shares of singular values
# hint: sum of their squares
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: kept for lost
# hint: what is lost is wanted
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[:k].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: begins with one number
# hint: place 0 stands for no number
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(1, len(s) + 1)])

# %% wrong: ends before the last
# hint: the last place stands for all
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s))])

# %% wrong: lost about the origin
# hint: `lost`, too, centres it first
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: a root of the share
# hint: share of the error's root
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([(energy[k:].sum() / energy.sum()) ** 0.5 for k in range(len(s) + 1)])

# %% wrong: any k is taken
# hint: a slice takes fewer in silence
def axes(X, k):
    n, d = X.shape
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: k compared with the columns alone
# hint: both included
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > d:
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: k compared with the rows alone
# hint: both included
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > n:
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: all numbers refused
# hint: both included
def axes(X, k):
    n, d = X.shape
    if k < 1 or k >= min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    C = X - X.mean(axis=0)
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])

# %% wrong: X centred in place
# hint: which squares are left out
def axes(X, k):
    n, d = X.shape
    if k < 1 or k > min(n, d):
        raise ValueError("k")
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k]

def squeeze(B, mean, V):
    return np.dot(B - mean, V.T)

def restore(codes, mean, V):
    return np.dot(codes, V) + mean

def lost(X):
    X -= X.mean(axis=0)
    C = X
    s = np.linalg.svd(C, full_matrices=False)[1]
    energy = s**2
    return np.array([energy[k:].sum() / energy.sum() for k in range(len(s) + 1)])
