# Answers to the task "mend": each is a whole answer cell.

# %% right: the starter, mended in two lines
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    d_W = X.T @ d_Z
    d_W += d_R.T @ H
    return loss, d_W, d_b, d_c

# %% right: two matrices, untied, and their gradients added
def autoencoder_gradients(X, W, b, c):
    squeeze, unfold = W, W.T
    Z = X @ squeeze + b
    H = np.tanh(Z)
    error = H @ unfold + c - X
    d_R = 2 / error.size * error
    d_unfold = H.T @ d_R
    d_Z = (d_R @ unfold.T) / np.cosh(Z) ** 2
    d_squeeze = X.T @ d_Z
    return (error**2).mean(), d_squeeze + d_unfold.T, d_Z.sum(0), d_R.sum(0)

# %% right: one sample at a time, a list
def autoencoder_gradients(X, W, b, c):
    loss, d_W, d_b, d_c = 0.0, np.zeros(W.shape), np.zeros(b.shape), np.zeros(c.shape)
    for x in X:
        h = np.tanh(x @ W + b)
        r = 2 * (W @ h + c - x) / X.size
        loss += np.sum((W @ h + c - x) ** 2) / X.size
        d_c += r
        z = (r @ W) * (1 - h * h)
        d_b += z
        d_W += np.outer(r, h) + np.outer(x, z)
    return [loss, d_W, d_b, d_c]

# %% right: the engine, with tanh and a transpose of one's own
def autoencoder_gradients(X, W, b, c):
    V, d, e = Value(W), Value(b), Value(c)
    Z = Value(X) @ V + d
    h = np.tanh(Z.data)
    H = Value(h, [(Z, lambda g: g * (1 - h**2))])
    T = Value(V.data.T, [(V, lambda g: g.T)])
    error = H @ T + e - X
    loss = (error * error).sum() * (1 / X.size)
    loss.backward()
    return float(loss.data), V.gradient, d.gradient, e.gradient

# %% wrong: the starter as it came
# hint: a gradient can point downhill and still be wrong
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    d_W = X.T @ d_Z
    return loss, d_W, d_b, d_c

# %% wrong: both ways added, the factor 2 still missing, which trains well enough
# hint: the derivative of a square, e², is 2 e
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    d_W = X.T @ d_Z
    d_W += d_R.T @ H
    return loss, d_W, d_b, d_c

# %% wrong: the factor mended, one of the two ways still lost
# hint: that through R is lost
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    d_W = X.T @ d_Z
    return loss, d_W, d_b, d_c

# %% wrong: the factor put into d_W alone
# hint: the derivative of a square, e², is 2 e
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    d_W = X.T @ d_Z
    d_W += d_R.T @ H
    return loss, 2 * d_W, d_b, d_c

# %% wrong: both ways added, and a slope of the tanh mended that was right
# hint: H is the tanh of z already
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - np.tanh(H) ** 2)
    d_b = d_Z.sum(axis=0)
    d_W = X.T @ d_Z
    d_W += d_R.T @ H
    return loss, d_W, d_b, d_c

# %% wrong: one way in place of the other
# hint: that through H is lost
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_W = d_R.T @ H
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    return loss, d_W, d_b, d_c

# %% wrong: the mean of both ways
# hint: two ways add up
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    d_W = (d_R.T @ H + X.T @ d_Z) / 2
    return loss, d_W, d_b, d_c

# %% wrong: the slope of the tanh left out
# hint: the slope of the tanh is missing
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W
    d_b = d_Z.sum(axis=0)
    return loss, d_R.T @ H + X.T @ d_Z, d_b, d_c

# %% wrong: the slope of the tanh from z
# hint: not 1 - z²
def autoencoder_gradients(X, W, b, c):
    Z = X @ W + b
    H = np.tanh(Z)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - Z**2)
    d_b = d_Z.sum(axis=0)
    return loss, d_R.T @ H + X.T @ d_Z, d_b, d_c

# %% wrong: divided by the samples, not by all entries, and a loss to go with it
# hint: at ['loss']
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.sum((R - X) ** 2) / len(X)
    d_R = 2 * (R - X) / len(X)
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    return loss, d_R.T @ H + X.T @ d_Z, d_b, d_c

# %% wrong: a factor tuned until the loss came down
# hint: compare d_c and d_b with their central differences
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 3 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    return loss, d_R.T @ H + X.T @ d_Z, d_b, d_c

# %% wrong: the squares of the weights, penalised
# hint: the gradient for W, used twice
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    R = H @ W.T + c
    loss = np.mean((R - X) ** 2)
    d_R = 2 * (R - X) / X.size
    d_c = d_R.sum(axis=0)
    d_Z = d_R @ W * (1 - H**2)
    d_b = d_Z.sum(axis=0)
    return loss, d_R.T @ H + X.T @ d_Z + 1e-4 * W, d_b, d_c

# %% wrong: the pictures' error computed in place
# hint: at ['X, W, b and c afterwards']
def autoencoder_gradients(X, W, b, c):
    H = np.tanh(X @ W + b)
    original = X.copy()
    error = X
    error *= -1
    error += H @ W.T + c
    loss = np.mean(error**2)
    d_R = 2 * error / error.size
    d_Z = d_R @ W * (1 - H**2)
    return loss, d_R.T @ H + original.T @ d_Z, d_Z.sum(axis=0), d_R.sum(axis=0)
