# Answers to the task "spirals": each is a whole answer cell.

# %% right: Adam, two hidden layers, the first layer folded
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(0), X.std(0)
    Z = (X - m) / s
    sizes = (2, 24, 24, 3)
    W = [rng.normal(0, np.sqrt(2 / a), (a, b)) for a, b in zip(sizes[:-1], sizes[1:])]
    b = [np.zeros(k) for k in sizes[1:]]
    params = W + b
    mean = [np.zeros_like(p) for p in params]
    square = [np.zeros_like(p) for p in params]
    for t in range(1, 801):
        _, dW, db = loss_and_gradients(Z, y, W, b)
        for p, g, u, v in zip(params, dW + db, mean, square):
            u += 0.1 * (g - u)
            v += 0.001 * (g * g - v)
            p -= 0.01 * (u / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    first = W[0] / s[:, None]
    return [first, *W[1:]], [b[0] - m @ first, *b[1:]]

# %% right: the engine, minibatches with momentum
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    low, high = X.min(axis=0), X.max(axis=0)
    A, B = 2 / (high - low), -(high + low) / (high - low)
    Z = X * A + B
    params = [
        Value(rng.normal(0, 1, (2, 48))), Value(np.zeros(48)),
        Value(rng.normal(0, 0.2, (48, 32))), Value(np.zeros(32)),
        Value(rng.normal(0, 0.2, (32, 3))), Value(np.zeros(3)),
    ]
    speed = [0 * p.data for p in params]
    hit = np.eye(3)[y]
    for epoch in range(120):
        order = rng.permutation(len(Z))
        for rows in np.array_split(order, 10):
            W, b, V, c, U, d = params
            H = (((Value(Z[rows]) @ W + b).relu() @ V) + c).relu()
            logits = H @ U + d
            z = logits.data - logits.data.max(axis=1, keepdims=True)
            p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            push = (p - hit[rows]) / len(rows)
            for q in params:
                q.gradient = None
            (logits * push).sum().backward()
            for k, q in enumerate(params):
                speed[k] = 0.9 * speed[k] - 0.05 * q.gradient
                q.data = q.data + speed[k]
    W, b, V, c, U, d = (q.data for q in params)
    return [A[:, None] * W, V, U], [b + B @ W, c, d]

# %% right: plain steps, many of them, tuples
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = np.mean(X, axis=0), np.std(X, axis=0)
    W = [rng.normal(size=(2, 32)), rng.normal(size=(32, 32)) / 4, rng.normal(size=(32, 3)) / 4]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    for _ in range(3000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        W = [p - 0.2 * g for p, g in zip(W, dW)]
        b = [p - 0.2 * g for p, g in zip(b, db)]
    W[0] = np.diag(1 / s) @ W[0]
    b[0] = b[0] - m @ W[0]
    return tuple(W), tuple(b)

# %% right: one hidden layer, scipy's L-BFGS on one's own gradients
from scipy.optimize import minimize

def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    shapes = [(2, 40), (40, 3), (40,), (3,)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    unpack = lambda p: [a.reshape(shape) for a, shape in zip(np.split(p, ends), shapes)]
    def loss(p):
        W, V, b, c = unpack(p)
        value, dW, db = loss_and_gradients((X - m) / s, y, [W, V], [b, c])
        penalty = 1e-5
        return value + penalty * p @ p, np.concatenate([g.ravel() for g in dW + db]) + 2 * penalty * p
    start = np.concatenate([rng.normal(size=80) * 2, rng.normal(size=120) * 0.3, rng.normal(size=40), np.zeros(3)])
    W, V, b, c = unpack(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1500}).x)
    W = W / s[:, None]
    return [W, V], [b - m @ W, c]

# %% wrong: the obvious first try, on X as it comes
# hint: does the loss fall at all?
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=(2, 32)), rng.normal(size=(32, 3)) * 0.25]
    b = [np.zeros(32), np.zeros(3)]
    with np.errstate(all="ignore"):
        for _ in range(1000):
            _, dW, db = loss_and_gradients(X, y, W, b)
            W = [p - 0.1 * g for p, g in zip(W, dW)]
            b = [p - 0.1 * g for p, g in zip(b, db)]
    return W, b

# %% wrong: scaled and folded, one hidden layer, too few steps
# hint: is it done falling?
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [rng.normal(size=(2, 32)), rng.normal(size=(32, 3)) * 0.25]
    b = [np.zeros(32), np.zeros(3)]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        W = [p - 0.1 * g for p, g in zip(W, dW)]
        b = [p - 0.1 * g for p, g in zip(b, db)]
    W[0] = W[0] / s[:, None]
    b[0] = b[0] - m @ W[0]
    return W, b

# %% wrong: no hidden layer
# hint: is it done falling?
def train_network(X, y, seed):
    m, s = X.mean(axis=0), X.std(axis=0)
    W, b = [np.zeros((2, 3))], [np.zeros(3)]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        W, b = [W[0] - 0.5 * dW[0]], [b[0] - 0.5 * db[0]]
    W = W[0] / s[:, None]
    return [W], [b[0] - m @ W]

# %% wrong: all weights begin at 0
# hint: does the loss fall at all?
def train_network(X, y, seed):
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [np.zeros((2, 32)), np.zeros((32, 32)), np.zeros((32, 3))]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    W[0] = W[0] / s[:, None]
    b[0] = b[0] - m @ W[0]
    return W, b

# %% wrong: trained on standardised points, handed in without the standardising
# hint: is not the one that you trained
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    return W, b

# %% wrong: the scale folded into the first layer, the origin forgotten
# hint: is not the one that you trained
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    W[0] = W[0] / s[:, None]
    return W, b

# %% wrong: the origin folded in with the unscaled weights
# hint: is not the one that you trained
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    b[0] = b[0] - m @ W[0]
    W[0] = W[0] / s[:, None]
    return W, b

# %% wrong: along the gradient, uphill
# hint: does the loss fall at all?
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    with np.errstate(all="ignore"):
        for _ in range(300):
            _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
            for p, g in zip(W + b, dW + db):
                p += 0.1 * g
    W[0] = W[0] / s[:, None]
    b[0] = b[0] - m @ W[0]
    return W, b

# %% wrong: trained on table 9 whatever is given
# hint: train on the points that the function is given
def fit(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    W[0] = W[0] / s[:, None]
    b[0] = b[0] - m @ W[0]
    return W, b

def train_network(X, y, seed):
    X, _, y, _ = spirals(9)
    return fit(X, y, seed)

# %% wrong: the means and spreads of table 9, written down
# hint: with their own means and spreads
m, s = spirals(9)[0].mean(axis=0), spirals(9)[0].std(axis=0)

def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    with np.errstate(all="ignore"):
        for _ in range(1000):
            _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
            for p, v, g in zip(W + b, speed, dW + db):
                v *= 0.9
                v -= 0.1 * g
                p += v
    W[0] = W[0] / s[:, None]
    b[0] = b[0] - m @ W[0]
    return W, b

# %% wrong: drawn from a generator that nobody seeded
# hint: made anew in each call
def train_network(X, y, seed):
    rng = np.random.default_rng()
    m, s = X.mean(axis=0), X.std(axis=0)
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients((X - m) / s, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    W[0] = W[0] / s[:, None]
    b[0] = b[0] - m @ W[0]
    return W, b

# %% wrong: X standardised in place
# hint: does the loss fall at all?
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    X -= m
    X /= s
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients(X, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    return W, b

# %% wrong: X standardised in place, the network folded all the same
# hint: leave X and y as they are
def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    m, s = X.mean(axis=0), X.std(axis=0)
    X -= m
    X /= s
    W = [rng.normal(size=p) * np.sqrt(2 / p[0]) for p in [(2, 32), (32, 32), (32, 3)]]
    b = [np.zeros(32), np.zeros(32), np.zeros(3)]
    speed = [0 * p for p in W + b]
    for _ in range(1000):
        _, dW, db = loss_and_gradients(X, y, W, b)
        for p, v, g in zip(W + b, speed, dW + db):
            v *= 0.9
            v -= 0.1 * g
            p += v
    W[0] = W[0] / s[:, None]
    b[0] = b[0] - m @ W[0]
    return W, b
