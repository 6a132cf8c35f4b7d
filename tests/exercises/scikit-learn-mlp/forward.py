# Answers to the task "forward": each is a whole answer cell.

# %% right: layer by layer, scipy's softmax
from scipy.special import softmax

def predict_proba(X, weights, biases):
    if X.ndim != 2 or len(weights) != len(biases):
        raise ValueError("X needs two axes, and weights and biases equal length")
    for layer, (W, b) in enumerate(zip(weights, biases), 1):
        if X.shape[1] != W.shape[0]:
            raise ValueError(f"layer {layer}: {X.shape[1]} columns meet {W.shape[0]} rows")
        if b.shape != (W.shape[1],):
            raise ValueError(f"layer {layer}: bias of shape {b.shape}")
        X = X @ W + b
        if layer < len(weights):
            X = X * (X > 0)
    return softmax(X, axis=1)

# %% right: one sample at a time, plain Python
import math

def predict_proba(X, weights, biases):
    check_shapes(X, weights, biases)
    return np.array([one(list(map(float, x)), weights, biases) for x in X])

def one(h, weights, biases):
    for layer in range(len(weights)):
        W, b = weights[layer], biases[layer]
        h = [float(b[k]) + sum(h[j] * float(W[j, k]) for j in range(len(h))) for k in range(len(b))]
        if layer + 1 < len(weights):
            h = [max(z, 0.0) for z in h]
    powers = [math.exp(z - max(h)) for z in h]
    return [p / sum(powers) for p in powers]

def check_shapes(X, weights, biases):
    if len(X.shape) != 2:
        raise ValueError(f"X has {len(X.shape)} axes instead of 2")
    sizes = [X.shape[1]] + [W.shape[1] for W in weights]
    if [W.shape for W in weights] != list(zip(sizes, sizes[1:])):
        raise ValueError("the layers do not fit one another")
    if [b.shape for b in biases] != [(n,) for n in sizes[1:]]:
        raise ValueError("the biases do not fit the layers")

# %% right: recursion, log-softmax, always float64
from scipy.special import logsumexp

def predict_proba(X, weights, biases):
    if np.ndim(X) != 2:
        raise ValueError("X: two axes")
    if len(weights) != len(biases):
        raise ValueError("one bias for each layer")
    (W, *weights), (b, *biases) = weights, biases
    if np.shape(W) != (np.shape(X)[1], np.size(b)) or np.ndim(b) != 1:
        raise ValueError(f"{np.shape(X)}, {np.shape(W)} and {np.shape(b)} do not fit")
    Z = np.asarray(X, dtype=np.float64).dot(W) + b
    if weights:
        return predict_proba(np.where(Z > 0, Z, 0), weights, biases)
    return np.exp(Z - logsumexp(Z, axis=1)[:, np.newaxis])

# %% right: float32 inside, einsum
def predict_proba(X, weights, biases):
    for name, axes in (("X", X.ndim - 2), ("lists", len(weights) - len(biases))):
        if axes:
            raise ValueError(f"{name} of the wrong size")
    H = X
    for k in range(len(weights)):
        if H.shape[1] != weights[k].shape[0] or biases[k].shape != weights[k].shape[1:]:
            raise ValueError(f"layer {k} does not fit")
        Z = np.einsum("ij,jk->ik", H, weights[k]) + biases[k][None]
        H = np.clip(Z, 0, None)
    Z = (Z.T - np.max(Z, axis=1)).T.astype(np.float32)
    return np.exp(Z) / np.exp(Z).sum(1)[:, None]

# %% wrong: the softmax runs down the columns
# hint: runs down the columns
def predict_proba(X, weights, biases):
    check_shapes(X, weights, biases)
    H = X
    for W, b in zip(weights, biases):
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=0))
    return powers / powers.sum(axis=0)

def check_shapes(X, weights, biases):
    if X.ndim != 2 or len(weights) != len(biases):
        raise ValueError("X or the lists")
    n = X.shape[1]
    for W, b in zip(weights, biases):
        if W.shape != (n, *b.shape):
            raise ValueError("layer")
        n = W.shape[1]

# %% wrong: sums without keepdims
# hint: lack keepdims
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights, biases):
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z)
    return powers / powers.sum(axis=1)

# %% wrong: keepdims for the largest logit, not for the sums
# hint: lack keepdims
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights, biases):
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1)

# %% wrong: no ReLU
# hint: the ReLU is missing
def predict_proba(X, weights, biases):
    Z = X
    for W, b in zip(weights, biases):
        Z = Z @ W + b
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: ReLU on the output layer too
# hint: the output layer has no ReLU
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights, biases):
        H = np.maximum(H @ W + b, 0)
    powers = np.exp(H - H.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: no bias
# hint: the biases are missing
def predict_proba(X, weights, biases):
    H = X
    for W in weights:
        Z = H @ W
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: the output layer's bias forgotten
# hint: the output layer's bias is missing
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights[:-1], biases[:-1]):
        H = np.maximum(H @ W + b, 0)
    Z = H @ weights[-1]
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: the bias after the ReLU
# hint: add first, then cut off
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights[:-1], biases[:-1]):
        H = np.maximum(H @ W, 0) + b
    Z = H @ weights[-1] + biases[-1]
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: logits returned
# hint: these are the logits
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights, biases):
        Z = H @ W + b
        H = np.maximum(Z, 0)
    return Z

# %% wrong: softmax twice
# hint: applied twice
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights, biases):
        Z = H @ W + b
        H = np.maximum(Z, 0)
    for _ in range(2):
        Z = np.exp(Z - Z.max(axis=1, keepdims=True))
        Z = Z / Z.sum(axis=1, keepdims=True)
    return Z

# %% wrong: a sigmoid for each class
# hint: is no softmax
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights, biases):
        Z = H @ W + b
        H = np.maximum(Z, 0)
    return 1 / (1 + np.exp(-Z))

# %% wrong: weights transposed, works for squares only
# hint: the weights are transposed
def predict_proba(X, weights, biases):
    H = X
    for W, b in zip(weights, biases):
        Z = H @ W.T + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: exp overflows
# hint: np.exp overflowed
def predict_proba(X, weights, biases):
    if X.ndim != 2 or len(weights) != len(biases):
        raise ValueError("X or the lists")
    H = X
    for W, b in zip(weights, biases):
        if W.shape != (H.shape[1], *b.shape):
            raise ValueError("layer")
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z)
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: one largest logit for all rows, so small rows underflow
# hint: each row needs its own largest logit
def predict_proba(X, weights, biases):
    if X.ndim != 2 or len(weights) != len(biases):
        raise ValueError("X or the lists")
    H = X
    for W, b in zip(weights, biases):
        if W.shape != (H.shape[1], *b.shape):
            raise ValueError("layer")
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max())
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: logits clipped to save exp
# hint: subtract each row's largest logit
def predict_proba(X, weights, biases):
    if X.ndim != 2 or len(weights) != len(biases):
        raise ValueError("X or the lists")
    H = X
    for W, b in zip(weights, biases):
        if W.shape != (H.shape[1], *b.shape):
            raise ValueError("layer")
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(np.clip(Z, -500, 500))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: exactly one hidden layer
# hint: too many values to unpack
def predict_proba(X, weights, biases):
    (W, V), (b, c) = weights, biases
    if X.shape[1:] != W.shape[:1] or b.shape != W.shape[1:] or c.shape != V.shape[1:]:
        raise ValueError("shapes")
    Z = np.maximum(X @ W + b, 0) @ V + c
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: the first and the last layer only
# hint: the layers between the first and the last are skipped
def predict_proba(X, weights, biases):
    if len(weights) > 1:
        X = np.maximum(X @ weights[0] + biases[0], 0)
    Z = X @ weights[-1] + biases[-1]
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: shapes left to NumPy, which broadcasts
# hint: which broadcasts
def predict_proba(X, weights, biases):
    if X.ndim != 2 or len(weights) != len(biases):
        raise ValueError("X or the lists")
    H = X
    for W, b in zip(weights, biases):
        if H.shape[1] != W.shape[0]:
            raise ValueError("layer")
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: zip cuts the longer list short
# hint: which zip cuts short
def predict_proba(X, weights, biases):
    if X.ndim != 2:
        raise ValueError("X")
    H = X
    for W, b in zip(weights, biases):
        if W.shape != (H.shape[1], *b.shape):
            raise ValueError("layer")
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: assert for ValueError
# hint: expected ValueError, but it raised AssertionError
def predict_proba(X, weights, biases):
    assert X.ndim == 2 and len(weights) == len(biases), "X or the lists"
    H = X
    for W, b in zip(weights, biases):
        assert W.shape == (H.shape[1], *b.shape), "layer"
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: a single sample loses its row
# hint: one sample
def predict_proba(X, weights, biases):
    if X.ndim != 2 or len(weights) != len(biases):
        raise ValueError("X or the lists")
    H = X
    for W, b in zip(weights, biases):
        if W.shape != (H.shape[1], *b.shape):
            raise ValueError("layer")
        Z = H @ W + b
        H = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.squeeze(powers / powers.sum(axis=1, keepdims=True))
