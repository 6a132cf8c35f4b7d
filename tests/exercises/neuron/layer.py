# Answers to the task "layer": each is a whole answer cell.

# %% right: three lines of the starter mended
def scores_of(X, centre, layers):
    H = X - centre
    for layer, (W, b) in enumerate(layers, 1):
        Z = H @ W + b
        H = np.maximum(Z, 0) if layer < len(layers) else Z
    return H

# %% right: the transposes kept, the bias a column
def scores_of(X, centre, layers):
    H = (X - centre).T
    for W, b in layers:
        Z = W.T @ H + b[:, None]
        H = np.maximum(Z, 0)
    return Z.T

# %% right: a copy, changed in place
def scores_of(X, centre, layers):
    H = X.copy()
    H -= centre
    for k in range(len(layers)):
        W, b = layers[k]
        H = np.dot(H, W)
        H += b
        if k != len(layers) - 1:
            H[H < 0] = 0
    return H

# %% right: sample by sample in float32, a list of lists
def scores_of(X, centre, layers):
    rows = []
    for x in X:
        h = (x - centre).astype(np.float64)
        for k, (W, b) in enumerate(layers):
            h = [sum(h[j] * W[j, i] for j in range(len(h))) + b[i] for i in range(len(b))]
            h = [max(z, 0.0) for z in h] if k + 1 < len(layers) else h
        rows.append([float(z) for z in h])
    return rows

# %% right: recursion
def scores_of(X, centre, layers):
    (W, b), *rest = layers
    Z = np.einsum("ij,jk->ik", X - centre, W) + b
    if not rest:
        return Z
    return scores_of(Z.clip(min=0), np.zeros(Z.shape[1]), rest)

# %% wrong: the starter as it came
# hint: all three complaints stand
def scores_of(X, centre, layers):
    H = X
    H -= centre
    for W, b in layers:
        Z = (W.T @ H.T + b).T
        H = np.maximum(Z, 0)
    return H

# %% wrong: only the second call mended
# hint: two complaints are left, about the biases and about scores below 0
def scores_of(X, centre, layers):
    H = X - centre
    for W, b in layers:
        Z = (W.T @ H.T + b).T
        H = np.maximum(Z, 0)
    return H

# %% wrong: only the last layer spared
# hint: two complaints are left, about the second call and about the biases
def scores_of(X, centre, layers):
    H = X
    H -= centre
    for W, b in layers:
        Z = (W.T @ H.T + b).T
        H = np.maximum(Z, 0)
    return Z

# %% wrong: only the biases mended
# hint: two complaints are left
def scores_of(X, centre, layers):
    H = X
    H -= centre
    for W, b in layers:
        H = np.maximum(H @ W + b, 0)
    return H

# %% wrong: X still changed in place
# hint: the first call has changed X
def scores_of(X, centre, layers):
    H = X
    H -= centre
    for W, b in layers[:-1]:
        H = np.maximum(H @ W + b, 0)
    W, b = layers[-1]
    return H @ W + b

# %% wrong: X restored by adding the centre again, which rounds
# hint: has been changed
def scores_of(X, centre, layers):
    H = X
    H -= centre
    for W, b in layers[:-1]:
        H = np.maximum(H @ W + b, 0)
    W, b = layers[-1]
    scores = H @ W + b
    X += centre * (1 + 1e-15)
    return scores

# %% wrong: the biases still lie along the samples
# hint: each bias is added along the samples
def scores_of(X, centre, layers):
    H = X - centre
    for W, b in layers[:-1]:
        H = np.maximum((W.T @ H.T + b).T, 0)
    W, b = layers[-1]
    return (W.T @ H.T + b).T

# %% wrong: the last layer is still cut off at 0
# hint: the last layer must be spared the max with 0
def scores_of(X, centre, layers):
    H = X - centre
    for W, b in layers:
        H = np.maximum(H @ W + b, 0)
    return H

# %% wrong: no ReLU at all any more
# hint: max with 0 is missing
def scores_of(X, centre, layers):
    H = X - centre
    for W, b in layers:
        H = H @ W + b
    return H

# %% wrong: two layers only
# hint: mismatch in its core dimension
def scores_of(X, centre, layers):
    (W, b), (V, c) = layers[0], layers[-1]
    return np.maximum((X - centre) @ W + b, 0) @ V + c

# %% wrong: the last layer popped from the caller's list
# hint: has been changed
def scores_of(X, centre, layers):
    W_last, b_last = layers.pop()
    H = X - centre
    for W, b in layers:
        H = np.maximum(H @ W + b, 0)
    return H @ W_last + b_last

# %% wrong: the rows of a batch centred on their own mean
# hint: follow the first sample on paper
def scores_of(X, centre, layers):
    H = X - X.mean(axis=0)
    for W, b in layers[:-1]:
        H = np.maximum(H @ W + b, 0)
    W, b = layers[-1]
    return H @ W + b

# %% wrong: the centred readings cut off at 0, too
# hint: follow the first sample on paper
def scores_of(X, centre, layers):
    H = X - centre
    for W, b in layers:
        Z = np.maximum(H, 0) @ W + b
        H = Z
    return Z
