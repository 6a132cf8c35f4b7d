# Answers to the task "cell": each is a whole answer cell.

# %% right: one sequence after the other
def gru(X, lengths, W, U, b):
    n, steps, _ = X.shape
    if not all(0 <= length <= steps for length in lengths):
        raise ValueError("a length does not fit")
    H = U.shape[1]
    states = np.zeros((n, steps, H))
    for k in range(n):
        h = np.zeros(H)
        for t in range(lengths[k]):
            a, c = W @ X[k, t] + b, U[: 2 * H] @ h
            r = 1 / (1 + np.exp(-(a[:H] + c[:H])))
            z = 1 / (1 + np.exp(-(a[H : 2 * H] + c[H:])))
            h = z * h + (1 - z) * np.tanh(a[2 * H :] + U[2 * H :] @ (r * h))
            states[k, t] = h
        states[k, lengths[k] :] = h
    return states

# %% right: matrices split, all sequences at once
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% right: in torch, float64, the running rows picked out
def gru(X, lengths, W, U, b):
    n, steps, _ = X.shape
    if max(lengths) > steps or min(lengths) < 0:
        raise ValueError(f"0 to {steps}")
    X, lengths, W, U, b = (torch.tensor(a) for a in (X, lengths, W, U, b))
    (Ur, Uz, Un), (br, bz, bn) = U.chunk(3), b.chunk(3)
    h, states = torch.zeros(n, U.shape[1], dtype=torch.float64), []
    for t in range(steps):
        rows = (lengths > t).nonzero()[:, 0]
        old = h[rows]
        xr, xz, xn = (X[rows, t] @ W.T).chunk(3, dim=1)
        r, z = (xr + old @ Ur.T + br).sigmoid(), (xz + old @ Uz.T + bz).sigmoid()
        h = h.clone()
        h[rows] = torch.lerp(torch.tanh(xn + (r * old) @ Un.T + bn), old, z)
        states.append(h)
    return torch.stack(states, dim=1).numpy()

# %% right: a copy cleaned first, the states behind the end filled in afterwards
def gru(X, lengths, W, U, b):
    n, steps, _ = X.shape
    if lengths.min() < 0:
        raise ValueError("below 0")
    if lengths.max() > steps:
        raise ValueError("too long")
    H, clean = U.shape[1], X.copy()
    for row, length in zip(clean, lengths):
        row[length:] = 0
    ahead = np.einsum("ntf,hf->nth", clean, W) + b
    states = np.zeros((n, steps + 1, H))
    for t in range(steps):
        h = states[:, t]
        gates = (1 + np.tanh((ahead[:, t, : 2 * H] + h @ U[: 2 * H].T) / 2)) / 2
        z = gates[:, H:]
        states[:, t + 1] = z * h + (1 - z) * np.tanh(
            ahead[:, t, 2 * H :] + (gates[:, :H] * h) @ U[2 * H :].T
        )
    for row, length in zip(states, lengths):
        row[length:] = row[length]
    return states[:, 1:]

# %% wrong: the reset after the matrix, as in PyTorch
# hint: here it comes before
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + r * (h @ U_n.T) + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: no reset
# hint: r is missing
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + h @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: z and 1 − z exchanged
# hint: 1 − z how much is new
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, (1 - z) * h + z * new, h)
        states[:, t] = h
    return states

# %% wrong: r and z exchanged
# hint: r and z are exchanged
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_z, W_r, W_n = np.split(W, 3)
    U_z, U_r, U_n = np.split(U, 3)
    b_z, b_r, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: the rows taken for z, n, r
# hint: the rows are those of r, z, n, in this order
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_z, W_n, W_r = np.split(W, 3)
    U_z, U_n, U_r = np.split(U, 3)
    b_z, b_n, b_r = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: U turned
# hint: U is turned
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = (part.T for part in np.split(U, 3))
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: no bias
# hint: the bias is missing
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T)
        z = sigmoid(x @ W_z.T + h @ U_z.T)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: the padding read
# hint: that is padding
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = X[:, t]
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = z * h + (1 - z) * new
        states[:, t] = h
    return states

# %% wrong: zeros behind the end
# hint: it does not become zero
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = runs * h
    return states

# %% wrong: a mask that multiplies NaN
# hint: the padding is multiplied by 0
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = X[:, t]
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = runs * (z * h + (1 - z) * new) + ~runs * h
        states[:, t] = h
    return states

# %% wrong: the padding of X zeroed in place
# hint: is everything that was given as it was
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        X[:, t][t >= lengths] = 1
        x = X[:, t]
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: each sequence one step too long
# hint: padding
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t <= lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: the state carried from sequence to sequence
# hint: the state must be 0
def gru(X, lengths, W, U, b):
    n, steps, _ = X.shape
    if not all(0 <= length <= steps for length in lengths):
        raise ValueError("a length does not fit")
    H = U.shape[1]
    states = np.zeros((n, steps, H))
    h = np.zeros(H)
    for k in range(n):
        for t in range(lengths[k]):
            a, c = W @ X[k, t] + b, U[: 2 * H] @ h
            r = 1 / (1 + np.exp(-(a[:H] + c[:H])))
            z = 1 / (1 + np.exp(-(a[H : 2 * H] + c[H:])))
            h = z * h + (1 - z) * np.tanh(a[2 * H :] + U[2 * H :] @ (r * h))
            states[k, t] = h
        states[k, lengths[k] :] = h
    return states

# %% wrong: nothing refused
# hint: nothing is ever refused
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths > steps):
        pass
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: a length below 0 not refused
# hint: a length below 0 passes unnoticed
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: a length too large not refused
# hint: a length above the number of steps passes
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: a sequence that fills the array refused
# hint: a sequence that fills the array is in order
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 0) or np.any(lengths >= steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states

# %% wrong: an empty sequence refused
# hint: expected
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def gru(X, lengths, W, U, b):
    n, steps, features = X.shape
    if np.any(lengths < 1) or np.any(lengths > steps):
        raise ValueError("lengths")
    H = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    b_r, b_z, b_n = np.split(b, 3)
    h = np.zeros((n, H))
    states = np.zeros((n, steps, H))
    for t in range(steps):
        runs = (t < lengths)[:, None]
        x = np.where(runs, X[:, t], 0)
        r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        new = np.tanh(x @ W_n.T + (r * h) @ U_n.T + b_n)
        h = np.where(runs, z * h + (1 - z) * new, h)
        states[:, t] = h
    return states
