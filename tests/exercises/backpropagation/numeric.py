# Answers to the task "numeric": each is a whole answer cell.

# %% right: a copy nudged entry by entry
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        a, b = f(up), f(down)
        if np.shape(a) != ():
            raise ValueError("f must return one number")
        g[i] = (a - b) / (2 * h)
    return g

# %% right: rows of the identity, a list reshaped at the end
def numeric_gradient(f, x, h=1e-5):
    x = np.asarray(x).astype(np.float64)
    if np.ndim(f(x)) != 0:
        raise ValueError("f returns an array")
    steps = h * np.eye(x.size)
    quotients = [
        (float(f(x + e.reshape(x.shape))) - float(f(x - e.reshape(x.shape)))) / 2 / h for e in steps
    ]
    return np.array(quotients).reshape(x.shape)

# %% right: one entry of a copy moved and put back
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float, order="C")
    flat, out = x.reshape(-1), []
    for k in range(flat.size):
        kept = flat[k]
        flat[k] = kept + h
        up = f(x)
        flat[k] = kept - h
        down = f(x)
        flat[k] = kept
        if isinstance(up, np.ndarray) and up.ndim:
            raise ValueError("one number, please")
        out.append((up - down) / (2 * h))
    return np.reshape(out, x.shape)

# %% right: np.nditer, and the mean of a step forth and a step back
def numeric_gradient(f, x, h=1e-5):
    x = x + 0.0
    middle = f(x + 0.0)
    if not np.isscalar(middle) and np.ndim(middle) > 0:
        raise ValueError("f gives an array")
    gradient = np.zeros_like(x)
    for i in np.ndindex(np.shape(x)):
        def slope(step):
            moved = np.array(x)
            moved[i] += step
            return (f(moved) - middle) / step
        gradient = np.array(gradient)
        gradient[i] = (slope(h) + slope(-h)) / 2
    return gradient

# %% wrong: a forward difference
# hint: to one side only, from x to x + h
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up = x.copy()
        up[i] += h
        if np.ndim(f(up)):
            raise ValueError("array")
        g[i] = (f(up) - f(x)) / h
    return g

# %% wrong: a backward difference
# hint: to one side only, from x - h to x
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        down = x.copy()
        down[i] -= h
        if np.ndim(f(down)):
            raise ValueError("array")
        g[i] = (f(x) - f(down)) / h
    return g

# %% wrong: divided by h
# hint: lie 2 h apart
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / h
    return g

# %% wrong: brackets missing in the denominator
# hint: divides by 2 and then multiplies by h
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / 2 * h
    return g

# %% wrong: the change, undivided
# hint: that is the change of f
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = f(up) - f(down)
    return g

# %% wrong: down minus up
# hint: up minus down
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(down) - f(up)) / (2 * h)
    return g

# %% wrong: h fixed inside
# hint: h is an argument
def numeric_gradient(f, x, h=1e-5):
    h = 1e-5
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        if np.ndim(f(up)):
            raise ValueError("array")
        g[i] = round((f(up) - f(down)) / (2 * h), 10)
    return g

# %% wrong: all entries nudged at once
# hint: nudge one entry at a time
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    slope = (f(x + h) - f(x - h)) / (2 * h)
    return np.full(x.shape, slope)

# %% wrong: entries nudged and not put back
# hint: x has changed
def numeric_gradient(f, x, h=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        g[i] = (up - f(x)) / (2 * h)
    return g

# %% wrong: entries put back, but by half
# hint: x has changed
def numeric_gradient(f, x, h=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= h
        down = f(x)
        x[i] -= h
        g[i] = (up - down) / (2 * h)
    return g

# %% wrong: whole numbers stay whole, and the nudge is rounded away
# hint: at ['whole numbers']
def numeric_gradient(f, x, h=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        if np.ndim(f(up)):
            raise ValueError("array")
        g[i] = (f(up) - f(down)) / (2 * h)
    return g

# %% wrong: vectors and tables only
# hint: IndexError
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    if x.ndim == 2:
        return np.array([
            numeric_gradient(lambda r, k=k: f(np.vstack([x[:k], r[None], x[k + 1:]])), x[k], h)
            for k in range(len(x))
        ])
    g = np.zeros(x.shape)
    for i in range(x.shape[0]):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        if np.ndim(f(up)):
            raise ValueError("array")
        g[i] = (f(up) - f(down)) / (2 * h)
    return g

# %% wrong: a transposed table is flattened into a copy, and the copy nudged
# hint: at ['a transposed table']
def numeric_gradient(f, x, h=1e-5):
    x = x.astype(float)
    flat = x.ravel()
    g = np.zeros(x.size)
    for k in range(x.size):
        kept = flat[k]
        flat[k] = kept + h
        up = f(x)
        flat[k] = kept - h
        down = f(x)
        flat[k] = kept
        if np.ndim(up):
            raise ValueError("array")
        g[k] = (up - down) / (2 * h)
    return g.reshape(x.shape)

# %% wrong: entries nudged one after the other, x restored at the very end
# hint: nudge one entry at a time, up and down from x as it was given
def numeric_gradient(f, x, h=1e-5):
    kept, g = x.copy(), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        g[i] = (up - f(x)) / (2 * h)
    x[...] = kept
    return g

# %% wrong: right, but x is left shifted by a last nudge
# hint: x has changed
def numeric_gradient(f, x, h=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        up = f(x)
        x[i] = kept - h
        g[i] = (up - f(x)) / (2 * h)
        x[i] = kept
    x[i] += h
    return g

# %% wrong: float() alone refuses arrays, and with another error
# hint: got the text 'TypeError'
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (float(f(up)) - float(f(down))) / (2 * h)
    return g

# %% wrong: a list takes what f returns, arrays too
# hint: at ['f returns an array']
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    eye = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in eye]
    return np.array(slopes).reshape(x.shape) if np.size(slopes) == x.size else np.array(slopes)

# %% wrong: what is not a number is added up without a word
# hint: at ['f returns an array']
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = np.sum(f(up) - f(down)) / (2 * h)
    return g

# %% wrong: an array of one entry passes for a number
# hint: at ['f returns an array of one entry']
def numeric_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        if np.size(f(up)) > 1:
            raise ValueError("array")
        g[i] = np.squeeze(f(up) - f(down)) / (2 * h)
    return g
