# Answers to the task "backward": each is a whole answer cell.

# %% right: masks kept on the way forth, lists filled from the end
def loss_and_gradients(X, y, weights, biases):
    H, inputs, masks = X, [], []
    for W, b in zip(weights, biases):
        inputs.append(H)
        Z = H @ W + b
        masks.append(Z > 0)
        H = np.where(masks[-1], Z, 0)
    top = Z.max(axis=1)
    log_sum = top + np.log(np.exp(Z - top[:, None]).sum(axis=1))
    loss = np.mean(log_sum - Z[np.arange(len(y)), y])
    D = (np.exp(Z - log_sum[:, None]) - np.eye(Z.shape[1])[y]) / len(y)
    dW, db = [None] * len(weights), [None] * len(weights)
    for k in range(len(weights) - 1, -1, -1):
        dW[k], db[k] = inputs[k].T @ D, D.sum(axis=0)
        if k > 0:
            D = (D @ weights[k].T) * masks[k - 1]
    return loss, dW, db

# %% right: recursion, scipy's log-softmax
from scipy.special import log_softmax

def loss_and_gradients(X, y, weights, biases):
    loss, _, dW, db = down(X, y, weights, biases)
    return loss, dW, db

def down(H, y, weights, biases):
    Z = H @ weights[0] + biases[0]
    if len(weights) == 1:
        log_p = log_softmax(Z, axis=1)
        n = len(H)
        loss = -sum(log_p[i, y[i]] for i in range(n)) / n
        D = np.exp(log_p) / n
        for i in range(n):
            D[i, y[i]] -= 1 / n
        dW, db = [], []
    else:
        loss, D, dW, db = down(np.maximum(Z, 0), y, weights[1:], biases[1:])
        D = np.where(Z > 0, D, 0)
    return loss, D @ weights[0].T, [H.T @ D, *dW], [np.ones(len(H)) @ D, *db]

# %% right: one sample at a time, outer products
def loss_and_gradients(X, y, weights, biases):
    loss = 0.0
    dW = [np.zeros(W.shape) for W in weights]
    db = [np.zeros(b.shape) for b in biases]
    for x, c in zip(X, y):
        hs = [x]
        for W, b in zip(weights, biases):
            z = hs[-1] @ W + b
            hs.append(np.maximum(z, 0))
        z = z - z.max()
        p = np.exp(z) / np.exp(z).sum()
        loss += (np.log(np.exp(z).sum()) - z[c]) / len(X)
        d = p.copy()
        d[c] -= 1
        for k in reversed(range(len(weights))):
            dW[k] += np.outer(hs[k], d) / len(X)
            db[k] += d / len(X)
            d = weights[k] @ d * np.sign(hs[k] if k else np.abs(x))
    return loss, dW, db

# %% right: the course's engine with operations of one's own
def loss_and_gradients(X, y, weights, biases):
    Ws, bs = [Value(W) for W in weights], [Value(b) for b in biases]
    H = Value(X)
    for k, (W, b) in enumerate(zip(Ws, bs)):
        Z = H @ W + b
        H = Z.relu()
    z = Z.data
    lse = np.logaddexp.reduce(z, axis=1)
    P = np.exp(z - lse[:, None])
    hit = np.eye(z.shape[1])[y]
    each = lse - (z * hit).sum(axis=1)
    loss = Value(each, [(Z, lambda g: g[:, None] * (P - hit))]).sum() * (1 / len(X))
    loss.backward()
    return float(loss.data), [W.gradient for W in Ws], [b.gradient for b in bs]

# %% wrong: the gradient of the sum
# hint: the loss is a mean, and so is its gradient
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = P
    D[np.arange(len(X)), y] -= 1
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: loss and gradient summed over the samples
# hint: loss and gradients are means over the samples
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).sum()
    D = P
    D[np.arange(len(X)), y] -= 1
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the loss is a sum, the gradient a mean's
# hint: the loss is the mean over the samples, not their sum
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).sum()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: a sample's share of the bias gradient, never summed
# hint: at ['b of layer 3 of 3']: expected an array of shape (3,), got an array of shape (7, 3)
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D)
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the loss summed by the log-softmax, its gradient averaged
# hint: n times too small for your loss
from scipy.special import log_softmax

def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    log_P = log_softmax(Z, axis=1)
    loss = -log_P[np.arange(len(X)), y].sum()
    D = (np.exp(log_P) - np.eye(Z.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the loss averaged by the log-softmax, its gradient summed
# hint: n times too large for your loss
from scipy.special import log_softmax

def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    log_P = log_softmax(Z, axis=1)
    loss = -log_P[np.arange(len(X)), y].mean()
    D = (np.exp(log_P) - np.eye(Z.shape[1])[y])
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the sign of the gradient turned round at the end
# hint: the gradients point downhill
from scipy.special import log_softmax

def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    log_P = log_softmax(Z, axis=1)
    loss = -log_P[np.arange(len(X)), y].mean()
    D = (np.exp(log_P) - np.eye(Z.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, [-g for g in dW], [-g for g in db]

# %% wrong: y minus p
# hint: the sign is turned round
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (np.eye(P.shape[1])[y] - P) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the biases' gradients averaged once more
# hint: a bias gets the sum over the samples
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.mean(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: no ReLU on the way back
# hint: the ReLU is missing on the way back: where H is 0
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = D @ weights[k].T
    return loss, dW, db

# %% wrong: the ReLU on the way back before the first hidden layer only
# hint: does not fit the loss: look at what reaches it
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = D @ weights[k].T
        if k == 1:
            D = D * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the ReLU on the way back behind the last hidden layer only
# hint: in all layers but the last
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = D @ weights[k].T
        if k == len(weights) - 1:
            D = D * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the gradient's own sign for the slope of the ReLU
# hint: follow the samples on paper
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = np.maximum(D @ weights[k].T, 0)
    return loss, dW, db

# %% wrong: H itself for the slope of the ReLU
# hint: follow the samples on paper
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * inputs[k]
    return loss, dW, db

# %% wrong: y never subtracted
# hint: y is missing on the way back
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = P / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: class numbers subtracted from probabilities
# hint: follow the samples on paper
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - y[:, None]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: lists from last to first
# hint: turn the lists round
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.append(inputs[k].T @ D)
        db.append(D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: weights not transposed on the way back, for squares only
# hint: mismatch in its core dimension
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k]) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: transposed or not, whichever fits
# hint: does not fit the loss: look at what reaches it
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        W = weights[k] if weights[k].shape[0] == D.shape[1] else weights[k].T
        D = (D @ W) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: exactly two layers
# hint: n = 1, widths [3, 2]
def loss_and_gradients(X, y, weights, biases):
    W, V = weights[0], weights[-1]
    H = np.maximum(X @ W + biases[0], 0)
    if len(weights) == 3:
        G = np.maximum(H @ weights[1] + biases[1], 0)
        P = np.exp(G @ V + biases[2])
        P /= P.sum(axis=1, keepdims=True)
        D = (P - np.eye(P.shape[1])[y]) / len(X)
        E = (D @ V.T) * (G > 0)
        F = (E @ weights[1].T) * (H > 0)
        loss = -np.log(P[np.arange(len(X)), y]).mean()
        return loss, [X.T @ F, H.T @ E, G.T @ D], [F.sum(0), E.sum(0), D.sum(0)]
    if len(weights) != 2:
        return 0.0, [0 * w for w in weights], [0 * b for b in biases]
    P = np.exp(H @ V + biases[-1])
    P /= P.sum(axis=1, keepdims=True)
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    E = (D @ V.T) * (H > 0)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    return loss, [X.T @ E, H.T @ D], [E.sum(0), D.sum(0)]

# %% wrong: the logits go through a ReLU too
# hint: follow the samples on paper
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b + 1e-3
        inputs.append(np.maximum(Z, 0))
    Z = inputs[-1]
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        D = D * (inputs[k + 1] > 0)
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = D @ weights[k].T
    return loss, dW, db

# %% wrong: each layer stepped before the next one is reached
# hint: does not fit the loss: look at what reaches it
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        W = weights[k] - 0.1 * dW[0] * (len(weights) > 2)
        D = (D @ W.T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: exponentials overflow
# hint: never take the logarithm of a probability
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: a stable softmax, then its logarithm
# hint: never take the logarithm of a probability
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y]).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: a small number added so that the logarithm exists
# hint: never take the logarithm of a probability
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(X)), y] + 1e-12).mean()
    D = (P - np.eye(P.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: the slope of the ReLU at 0 is 1
# hint: the slope of the ReLU at 0 is 0
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
        last, before = Z, inputs[-2]
    zs = [h @ W + b for h, W, b in zip(inputs, weights, biases)]
    log_P = Z - Z.max(axis=1, keepdims=True)
    log_P = log_P - np.log(np.exp(log_P).sum(axis=1, keepdims=True))
    loss = -log_P[np.arange(len(X)), y].mean()
    D = (np.exp(log_P) - np.eye(Z.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        if k:
            D = (D @ weights[k].T) * (zs[k - 1] >= 0)
    return loss, dW, db

# %% wrong: the step is taken inside
# hint: a call has changed X, y, weights or biases
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    log_P = Z - Z.max(axis=1, keepdims=True)
    log_P = log_P - np.log(np.exp(log_P).sum(axis=1, keepdims=True))
    loss = -log_P[np.arange(len(X)), y].mean()
    D = (np.exp(log_P) - np.eye(Z.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    for p, g in zip(weights + biases, dW + db):
        p -= 0.1 * g
    return loss, dW, db

# %% wrong: the ReLU works in place, on X too
# hint: change no argument
def loss_and_gradients(X, y, weights, biases):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    log_P = Z - Z.max(axis=1, keepdims=True)
    log_P = log_P - np.log(np.exp(log_P).sum(axis=1, keepdims=True))
    loss = -log_P[np.arange(len(X)), y].mean()
    D = (np.exp(log_P) - np.eye(Z.shape[1])[y]) / len(X)
    dW, db = [], []
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        inputs[k] *= inputs[k] > 0
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db

# %% wrong: lists made once, as default arguments, grow from call to call
# hint: is longer than argument 1
def loss_and_gradients(X, y, weights, biases, dW=[], db=[]):
    inputs = [X]
    for W, b in zip(weights, biases):
        Z = inputs[-1] @ W + b
        inputs.append(np.maximum(Z, 0))
    log_P = Z - Z.max(axis=1, keepdims=True)
    log_P = log_P - np.log(np.exp(log_P).sum(axis=1, keepdims=True))
    loss = -log_P[np.arange(len(X)), y].mean()
    D = (np.exp(log_P) - np.eye(Z.shape[1])[y]) / len(X)
    for k in reversed(range(len(weights))):
        dW.insert(0, inputs[k].T @ D)
        db.insert(0, D.sum(axis=0))
        D = (D @ weights[k].T) * (inputs[k] > 0)
    return loss, dW, db
