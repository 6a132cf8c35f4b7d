# Answers to the task "machine": each is a whole answer cell.

# %% right: what twenty axes of good bands leave over
def how_odd(X_normal, X_new):
    def bands(X):
        spectra = np.abs(np.fft.rfft(X * np.hanning(512)))[:, 1:]
        return np.log1p(spectra.reshape(len(X), 128, 2).max(axis=2))
    A, B = bands(X_normal), bands(X_new)
    V = np.linalg.svd(A - A.mean(axis=0), full_matrices=False)[2][:20]
    C = B - A.mean(axis=0)
    return np.linalg.norm(C - C @ V.T @ V, axis=1)

# %% right: an autoencoder of eight numbers, a list returned
def how_odd(X_normal, X_new):
    torch.manual_seed(0)
    window = torch.hann_window(512)
    A, B = (torch.fft.rfft(torch.tensor(X) * window).abs()[:, 1:] for X in (X_normal, X_new))
    A, B = ((1 + F.reshape(len(F), 64, 4).amax(dim=2)).log() for F in (A, B))
    A, B = A - A.mean(dim=0), B - A.mean(dim=0)
    net = nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 8), nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 64)
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    for _ in range(40):
        for rows in torch.randperm(len(A)).split(50):
            loss = (net(A[rows]) - A[rows]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return (net(B) - B).square().mean(dim=1).tolist()

# %% right: PCA of scikit-learn, a mean over bands, sixteen axes
from sklearn.decomposition import PCA

def how_odd(X_normal, X_new):
    window = np.blackman(512)
    A, B = (
        np.log(0.5 + np.abs(np.fft.rfft(X * window))[:, :256].reshape(len(X), -1, 4).mean(axis=2))
        for X in (X_normal, X_new)
    )
    pca = PCA(16).fit(A)
    return ((pca.inverse_transform(pca.transform(B)) - B) ** 2).mean(axis=1)

# %% wrong: the loudness
# hint: is it a spectrum that you compare
def how_odd(X_normal, X_new):
    return (X_new**2).mean(axis=1)

# %% wrong: the kurtosis
# hint: is it a spectrum that you compare
def how_odd(X_normal, X_new):
    return (X_new**4).mean(axis=1) / (X_new**2).mean(axis=1) ** 2

# %% wrong: distance to the mean window
# hint: is it a spectrum that you compare
def how_odd(X_normal, X_new):
    return ((X_new - X_normal.mean(axis=0)) ** 2).sum(axis=1)

# %% wrong: PCA of the raw windows
# hint: is it a spectrum that you compare
def how_odd(X_normal, X_new):
    mean = X_normal.mean(axis=0)
    V = np.linalg.svd(X_normal - mean, full_matrices=False)[2][:20]
    C = X_new - mean
    return ((C - C @ V.T @ V) ** 2).sum(axis=1)

# %% wrong: distance to the mean spectrum
# hint: is normal allowed to vary
def how_odd(X_normal, X_new):
    A, B = (np.abs(np.fft.rfft(X)) for X in (X_normal, X_new))
    return (((B - A.mean(axis=0)) / A.std(axis=0)) ** 2).sum(axis=1)

# %% wrong: distance to the mean of good bands
# hint: other lines
def how_odd(X_normal, X_new):
    def bands(X):
        spectra = np.abs(np.fft.rfft(X * np.hanning(512)))[:, 1:]
        return np.log(1 + spectra.reshape(len(X), 128, 2).max(axis=2))
    A, B = bands(X_normal), bands(X_new)
    return (((B - A.mean(axis=0)) / A.std(axis=0)) ** 2).sum(axis=1)

# %% wrong: an isolation forest of good bands
# hint: is normal allowed to vary
from sklearn.ensemble import IsolationForest

def how_odd(X_normal, X_new):
    def bands(X):
        spectra = np.abs(np.fft.rfft(X * np.hanning(512)))[:, 1:]
        return np.log(1 + spectra.reshape(len(X), 128, 2).max(axis=2))
    forest = IsolationForest(n_estimators=50, random_state=0).fit(bands(X_normal))
    return -forest.score_samples(bands(X_new))

# %% wrong: the distance of the code alone
# hint: is normal allowed to vary
def how_odd(X_normal, X_new):
    def bands(X):
        spectra = np.abs(np.fft.rfft(X * np.hanning(512)))[:, 1:]
        return np.log(1 + spectra.reshape(len(X), 128, 2).max(axis=2))
    A, B = bands(X_normal), bands(X_new)
    V = np.linalg.svd(A - A.mean(axis=0), full_matrices=False)[2][:20]
    codes, inside = (B - A.mean(axis=0)) @ V.T, (A - A.mean(axis=0)) @ V.T
    return ((codes / inside.std(axis=0)) ** 2).sum(axis=1)

# %% wrong: everything kept, nothing left over
# hint: is normal allowed to vary
def how_odd(X_normal, X_new):
    def bands(X):
        spectra = np.abs(np.fft.rfft(X * np.hanning(512)))[:, 1:]
        return np.log(1 + spectra.reshape(len(X), 128, 2).max(axis=2))
    A, B = bands(X_normal), bands(X_new)
    V = np.linalg.svd(A - A.mean(axis=0), full_matrices=False)[2]
    C = B - A.mean(axis=0)
    return ((C - C @ V.T @ V) ** 2).sum(axis=1)

# %% wrong: the score turned about
# hint: is it a spectrum that you compare
def how_odd(X_normal, X_new):
    def bands(X):
        spectra = np.abs(np.fft.rfft(X * np.hanning(512)))[:, 1:]
        return np.log(1 + spectra.reshape(len(X), 128, 2).max(axis=2))
    A, B = bands(X_normal), bands(X_new)
    V = np.linalg.svd(A - A.mean(axis=0), full_matrices=False)[2][:20]
    C = B - A.mean(axis=0)
    return -((C - C @ V.T @ V) ** 2).sum(axis=1)

# %% wrong: an error for each band
# hint: were asked for, not
def how_odd(X_normal, X_new):
    def bands(X):
        spectra = np.abs(np.fft.rfft(X * np.hanning(512)))[:, 1:]
        return np.log(1 + spectra.reshape(len(X), 128, 2).max(axis=2))
    A, B = bands(X_normal), bands(X_new)
    V = np.linalg.svd(A - A.mean(axis=0), full_matrices=False)[2][:20]
    C = B - A.mean(axis=0)
    return ((C - C @ V.T @ V) ** 2).sum(axis=0)

# %% wrong: PCA of bare spectra, 99 % of the variance
# hint: is a line in it a line
from sklearn.decomposition import PCA

def how_odd(X_normal, X_new):
    A, B = (np.abs(np.fft.rfft(X)) for X in (X_normal, X_new))
    pca = PCA(0.99).fit(A)
    return ((pca.inverse_transform(pca.transform(B)) - B) ** 2).sum(axis=1)

# %% wrong: an autoencoder of bare spectra
# hint: is a line in it a line
def how_odd(X_normal, X_new):
    torch.manual_seed(0)
    A, B = (torch.fft.rfft(torch.tensor(X)).abs() for X in (X_normal, X_new))
    mean, scale = A.mean(dim=0), A.std()
    A, B = (A - mean) / scale, (B - mean) / scale
    net = nn.Sequential(
        nn.Linear(257, 64), nn.ReLU(), nn.Linear(64, 8), nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 257)
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    for _ in range(20):
        for rows in torch.randperm(len(A)).split(50):
            loss = (net(A[rows]) - A[rows]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return (net(B) - B).square().mean(dim=1).tolist()

# %% wrong: nearest neighbours of bare logarithms
# hint: is a line in it a line
from sklearn.neighbors import NearestNeighbors

def how_odd(X_normal, X_new):
    A, B = (np.log1p(np.abs(np.fft.rfft(X))) for X in (X_normal, X_new))
    return NearestNeighbors(n_neighbors=5).fit(A).kneighbors(B)[0].mean(axis=1)
