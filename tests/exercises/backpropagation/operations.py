# Answers to the task "operations": each is a whole answer cell.

# %% right: products with ones, softmax from scipy, np.add.at
from scipy import special

def mean(x, axis):
    n = x.data.shape[axis]
    back = lambda g: np.expand_dims(g, axis) * np.ones(x.data.shape) / n
    return Value(np.mean(x.data, axis=axis), [(x, back)])

def logsumexp(x):
    p = special.softmax(x.data, axis=-1)
    return Value(special.logsumexp(x.data, axis=-1), [(x, lambda g: np.expand_dims(g, -1) * p)])

def take(x, index):
    def back(g):
        full = np.zeros_like(x.data)
        np.add.at(full, index, g)
        return full
    return Value(x.data[index], [(x, back)])

# %% right: broadcast_to, logaddexp.reduce, np.bincount over flat positions
def mean(x, axis):
    def back(g):
        return np.broadcast_to(np.expand_dims(g, axis) / x.data.shape[axis], x.data.shape)
    return Value(x.data.sum(axis) / x.data.shape[axis], [(x, back)])

def logsumexp(x):
    y = np.logaddexp.reduce(x.data, axis=-1)
    return Value(y, [(x, lambda g: np.exp(x.data - y[..., None]) * g[..., None])])

def take(x, index):
    places = np.arange(x.data.size).reshape(x.data.shape)[index]
    def back(g):
        flat = np.bincount(np.ravel(places), weights=np.ravel(g), minlength=x.data.size)
        return flat.reshape(x.data.shape)
    return Value(x.data[index], [(x, back)])

# %% right: stacked, repeated, and a loop over all that was taken
def mean(x, axis):
    n = x.data.shape[axis]
    return Value(x.data.mean(axis), [(x, lambda g: np.stack([g / n] * n, axis))])

def logsumexp(x):
    top = x.data.max(-1)
    powers = np.exp(x.data - top[..., np.newaxis])
    total = powers.sum(-1)
    def back(g):
        return powers * np.repeat((g / total)[..., np.newaxis], powers.shape[-1], axis=-1)
    return Value(top + np.log(total), [(x, back)])

def take(x, index):
    taken = x.data[index]
    places = np.arange(x.data.size).reshape(x.data.shape)[index]
    def back(g):
        full = np.zeros(x.data.size)
        for place, share in zip(np.ravel(places), np.ravel(g)):
            full[place] += share
        return full.reshape(x.data.shape)
    return Value(taken, [(x, back)])

# %% right: mean and take from matrices of zeros and ones, made of the engine's own operations
def mean(x, axis):
    total = Value(x.data.sum(axis), [(x, lambda g: np.expand_dims(g, axis) + 0 * x.data)])
    return total * (1 / x.data.shape[axis])

def logsumexp(x):
    top = np.max(x.data, axis=-1, keepdims=True)
    shifted = x - top
    powers = Value(np.exp(shifted.data), [(shifted, lambda g: g * np.exp(shifted.data))])
    total = Value(powers.data.sum(-1), [(powers, lambda g: g[..., None] + np.zeros(powers.data.shape))])
    log = Value(np.log(total.data), [(total, lambda g: g / total.data)])
    return log + top[..., 0]

def take(x, index):
    eye = np.eye(x.data.size).reshape(x.data.shape + (x.data.size,))[index]
    def back(g):
        return (np.ravel(g) @ eye.reshape(-1, x.data.size)).reshape(x.data.shape)
    return Value(x.data[index], [(x, back)])

# %% wrong: hard-coded, right for what the visible checks ask
# hint: for a parent of shape (4,)
def mean(x, axis):
    return Value(x.data.mean(0), [(x, lambda g: [g / 2, g / 2])])

def logsumexp(x):
    shares = np.array([[1 / 8, 3 / 8, 4 / 8], [2 / 5, 2 / 5, 1 / 5]])
    return Value(np.log([8, 5]), [(x, lambda g: g[:, None] * shares)])

def take(x, index):
    return Value([30, 10, 30], [(x, lambda g: np.array([g[1], 0, g[0] + g[2], 0]))])

# %% wrong: a mean whose gradient is that of a sum
# hint: a mean divides, and so does its gradient
def mean(x, axis):
    return Value(x.data.mean(axis), [(x, lambda g: np.expand_dims(g, axis) + 0 * x.data)])

# %% wrong: a mean over all entries
# hint: not of all 6
def mean(x, axis):
    return Value(
        x.data.mean(axis), [(x, lambda g: np.expand_dims(g, axis) / x.data.size + 0 * x.data)]
    )

# %% wrong: the length of the wrong axis
# hint: not of 3
def mean(x, axis):
    n = x.data.shape[1 - axis]
    return Value(x.data.mean(axis), [(x, lambda g: np.expand_dims(g, axis) / n + 0 * x.data)])

# %% wrong: the local derivative alone
# hint: the pullback ignores the gradient that arrives
def mean(x, axis):
    full = np.full(x.data.shape, 1 / x.data.shape[axis])
    return Value(x.data.mean(axis), [(x, lambda g: full)])

# %% wrong: no parents
# hint: x gets no gradient
def mean(x, axis):
    return Value(x.data.mean(axis))

# %% wrong: an array, not a Value
# hint: the operation returned ndarray, not Value
def mean(x, axis):
    return x.data.mean(axis)

# %% wrong: the share of one entry, never spread over the axis
# hint: A pullback takes shape (3,), the result's, and returns x's, (2, 3).
def mean(x, axis):
    return Value(x.data.mean(axis), [(x, lambda g: g / x.data.shape[axis])])

# %% wrong: the axis brought back, but not the entries along it
# hint: a pullback returned shape (1, 3) for a parent of shape (2, 3)
def mean(x, axis):
    n = x.data.shape[axis]
    return Value(x.data.mean(axis), [(x, lambda g: np.expand_dims(g, axis) / n)])

# %% wrong: the mean asked of the Value
# hint: 'Value' object has no attribute 'mean'
def mean(x, axis):
    return Value(x.mean(axis), [(x, lambda g: np.expand_dims(g, axis) + 0 * x.data)])

# %% wrong: the axis kept, as if keepdims were asked
# hint: the result's shape is (1, 3), not (3,)
def mean(x, axis):
    n = x.data.shape[axis]
    return Value(x.data.mean(axis, keepdims=True), [(x, lambda g: g / n + 0 * x.data)])

# %% wrong: the gradient comes back along the first axis, whatever axis went
# hint: operands could not be broadcast together
def mean(x, axis):
    n = x.data.shape[axis]
    return Value(x.data.mean(axis), [(x, lambda g: g / n + 0 * x.data)])

def logsumexp(x):
    top = x.data.max(-1, keepdims=True)
    y = top + np.log(np.exp(x.data - top).sum(-1, keepdims=True))
    return Value(y[..., 0], [(x, lambda g: g[..., None] * np.exp(x.data - y))])

# %% wrong: the pullback works in place
# hint: changes neither its argument nor x.data
def mean(x, axis):
    def back(g):
        g /= x.data.shape[axis]
        return np.expand_dims(g, axis) + 0 * x.data
    return Value(x.data.mean(axis), [(x, back)])

# %% wrong: the exponentials overflow
# hint: at ['rows of huge entries beside small ones']
def logsumexp(x):
    powers = np.exp(x.data)
    total = powers.sum(-1)
    return Value(np.log(total), [(x, lambda g: (g / total)[..., None] * powers)])

def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        np.add.at(full, index, g)
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: one largest entry for all rows
# hint: at ['rows of huge entries beside small ones']
def logsumexp(x):
    top = x.data.max()
    powers = np.exp(x.data - top)
    total = powers.sum(-1)
    return Value(top + np.log(total), [(x, lambda g: (g / total)[..., None] * powers)])

def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        np.add.at(full, index, g)
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: a stable result, an unstable gradient
# hint: at ['rows of huge entries beside small ones']['gradient of x']
def logsumexp(x):
    powers = np.exp(x.data)
    def back(g):
        return (g / powers.sum(-1))[..., None] * powers
    return Value(np.logaddexp.reduce(x.data, axis=-1), [(x, back)])

def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        np.add.at(full, index, g)
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: the largest entry subtracted from x itself
# hint: at ['x and the gradients that arrived']
def logsumexp(x):
    top = x.data.max(-1, keepdims=True)
    x.data -= top
    total = np.exp(x.data).sum(-1, keepdims=True)
    p = np.exp(x.data) / total
    return Value((top + np.log(total))[..., 0], [(x, lambda g: g[..., None] * p)])

def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        np.add.at(full, index, g)
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: the largest entry is not added again
# hint: outer derivative times inner derivative
def logsumexp(x):
    top = x.data.max(-1, keepdims=True)
    total = np.exp(x.data - top).sum(-1, keepdims=True)
    p = np.exp(x.data - top) / total
    return Value(np.log(total)[..., 0], [(x, lambda g: g[..., None] * p)])

# %% wrong: the inner derivative forgotten
# hint: the inner derivative is missing
def logsumexp(x):
    total = np.exp(x.data).sum(-1, keepdims=True)
    return Value(np.log(total)[..., 0], [(x, lambda g: g[..., None] / total + 0 * x.data)])

# %% wrong: the outer derivative forgotten
# hint: the outer derivative is missing
def logsumexp(x):
    total = np.exp(x.data).sum(-1)
    return Value(np.log(total), [(x, lambda g: g[..., None] * np.exp(x.data))])

# %% wrong: the softmax, without what arrives
# hint: the pullback ignores the gradient that arrives
def logsumexp(x):
    total = np.exp(x.data).sum(-1, keepdims=True)
    return Value(np.log(total)[..., 0], [(x, lambda g: np.exp(x.data) / total)])

# %% wrong: the gradient of a maximum
# hint: the gradient of the largest entry
def logsumexp(x):
    top = x.data.argmax(-1)
    y = np.logaddexp.reduce(x.data, axis=-1)
    return Value(y, [(x, lambda g: g[..., None] * np.eye(x.data.shape[-1])[top])])

# %% wrong: over all entries
# hint: the result's shape is ()
def logsumexp(x):
    y = np.log(np.exp(x.data).sum())
    return Value(y, [(x, lambda g: g * np.exp(x.data - y))])

# %% wrong: down the columns
# hint: the result's shape is (3,), not (2,)
def logsumexp(x):
    total = np.exp(x.data).sum(0)
    return Value(np.log(total), [(x, lambda g: g / total * np.exp(x.data))])

# %% wrong: what is taken twice keeps the last gradient
# hint: got only the last gradient
def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        full[index] = g
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: += with a repeated index
# hint: got only the last gradient
def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        full[index] += g
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: a one for every entry that was taken
# hint: the pullback ignores the gradient that arrives
def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        full[index] = 1
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: the gradient taken at the same places again
# hint: start from zeros in x's shape
def take(x, index):
    return Value(x.data[index], [(x, lambda g: g[index] if g.size > 3 else np.resize(g, x.data.shape))])

# %% wrong: vectors only
# hint: rows of huge entries, and indices of every kind
def logsumexp(x):
    top = x.data.max(-1, keepdims=True)
    y = top + np.log(np.exp(x.data - top).sum(-1, keepdims=True))
    return Value(y[..., 0], [(x, lambda g: g[..., None] * np.exp(x.data - y))])

def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        for k, i in enumerate(np.atleast_1d(np.arange(len(x.data))[index] if not isinstance(index, tuple) else index[0]).ravel()):
            full[i] += np.reshape(g, (-1, *x.data.shape[1:]))[k] if not isinstance(index, tuple) else g[k]
        return full
    return Value(x.data[index], [(x, back)])

# %% wrong: repeats recognised by their number, so that -1 and the last differ
# hint: at ['the last row by two names']
def logsumexp(x):
    top = x.data.max(-1, keepdims=True)
    y = top + np.log(np.exp(x.data - top).sum(-1, keepdims=True))
    return Value(y[..., 0], [(x, lambda g: g[..., None] * np.exp(x.data - y))])

def take(x, index):
    def back(g):
        full = np.zeros(x.data.shape)
        if not isinstance(index, np.ndarray):
            np.add.at(full, index, g)
            return full
        for i in np.unique(index):
            full[i] = g[index == i].sum(axis=0)
        return full
    return Value(x.data[index], [(x, back)])
