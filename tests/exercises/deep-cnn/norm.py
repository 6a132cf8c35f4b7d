# Answers to the task "norm": each is a whole answer cell.

# %% right: channel by channel, sums by hand
def batch_norm(x, layer, training):
    z = np.empty_like(x)
    after = dict((name, np.array(numbers)) for name, numbers in layer.items())
    for c in range(x.shape[1]):
        numbers = x[:, c].ravel()
        m = len(numbers)
        mean, variance = layer["mean"][c], layer["variance"][c]
        if training:
            if m < 2:
                raise ValueError("give two numbers a channel")
            mean = numbers.sum() / m
            total = ((numbers - mean) ** 2).sum()
            variance = total / m
            after["mean"][c] += 0.1 * (mean - after["mean"][c])
            after["variance"][c] += 0.1 * (total / (m - 1) - after["variance"][c])
        z[:, c] = layer["scale"][c] * (x[:, c] - mean) / (variance + 1e-5) ** 0.5 + layer["offset"][c]
    return z, after

# %% right: channels last, ddof
def batch_norm(x, layer, training):
    last = np.moveaxis(x, 1, -1)
    flat = last.reshape(-1, x.shape[1])
    after = {name: 1.0 * numbers for name, numbers in layer.items()}
    mean, variance = layer["mean"], layer["variance"]
    if training:
        if len(flat) == 1:
            raise ValueError
        mean, variance = flat.mean(0), flat.var(0)
        after["mean"] = 0.9 * after["mean"] + 0.1 * mean
        after["variance"] = 0.9 * after["variance"] + 0.1 * flat.var(0, ddof=1)
    z = layer["scale"] * (last - mean) / np.sqrt(variance + 1e-5) + layer["offset"]
    return np.moveaxis(z, -1, 1), after

# %% right: PyTorch's own layer
def batch_norm(x, layer, training):
    if training and x[:, :1].size == 1:
        raise ValueError("too few")
    t = {name: torch.tensor(numbers) for name, numbers in layer.items()}
    z = nn.functional.batch_norm(
        torch.tensor(x), t["mean"], t["variance"], t["scale"], t["offset"], training, 0.1, 1e-5
    )
    return z.numpy(), {name: numbers.numpy() for name, numbers in t.items()}

# %% wrong: the mean over the images only
# hint: a channel has one mean over images
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    if training:
        z = (x - x.mean(axis=0, keepdims=True)) / np.sqrt(x.var(axis=0, keepdims=True) + 1e-5)
    else:
        z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: each image by itself
# hint: the mean runs over the whole batch
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    if training:
        z = (x - x.mean(axis=(2, 3), keepdims=True)) / np.sqrt(x.var(axis=(2, 3), keepdims=True) + 1e-5)
    else:
        z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: one mean for all channels
# hint: each channel has its own
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    if training:
        z = (x - x.mean(axis=None, keepdims=True)) / np.sqrt(x.var(axis=None, keepdims=True) + 1e-5)
    else:
        z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: normalised over the channels of an image
# hint: another normalisation
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    if training:
        z = (x - x.mean(axis=(1, 2, 3), keepdims=True)) / np.sqrt(x.var(axis=(1, 2, 3), keepdims=True) + 1e-5)
    else:
        z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: running numbers in training
# hint: not the running ones
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: the batch's own in use
# hint: in use the running mean and variance are taken
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: running numbers move in use
# hint: in use the running numbers stay
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
        after["mean"] = 0.9 * mean + 0.1 * x.mean(axis=(0, 2, 3))
        after["variance"] = 0.9 * variance + 0.1 * x.var(axis=(0, 2, 3), ddof=1)
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: m - 1 in z
# hint: with m below the sum
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3), ddof=1)
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: m in the running variance
# hint: divided by m - 1
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: the momentum the wrong way round
# hint: 0.9 and 0.1 are exchanged
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.1 * layer["mean"] + 0.9 * mean
        after["variance"] = 0.1 * layer["variance"] + 0.9 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: the running numbers forgotten
# hint: training moves them
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: the running numbers only added to
# hint: nine parts in ten
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = layer["mean"] + 0.1 * mean
        after["variance"] = layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: the small number outside the root
# hint: before the root
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance) + 1e-5
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: divided by the variance
# hint: by the root of the variance
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = variance + 1e-5
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: scale and offset exchanged
# hint: scale multiplies
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["offset"].reshape(shape) * z + layer["scale"].reshape(shape), after

# %% wrong: no scale, no offset
# hint: scale and offset are missing
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return z, after

# %% wrong: written into the dict given
# hint: written into
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = layer
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: written into the arrays given
# hint: written into
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        layer["mean"] *= 0.9
        layer["mean"] += 0.1 * mean
        after["mean"] = layer["mean"].copy()
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: normalised in place
# hint: written into x
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    x -= mean.reshape(shape)
    x /= spread.reshape(shape)
    z = x
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: a single number accepted
# hint: to be refused in training
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 0:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / max(m - 1, 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: a single image refused
# hint: count the numbers of a channel
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if n == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: numbers counted in all channels
# hint: count those of one
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if x.size == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / max(m - 1, 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: a single pixel refused in use
# hint: refuse it in training only
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if m == 1:
        raise ValueError("one number has no variance")
    if training:
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: the small number forgotten
# hint: missing below the root
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: only z returned
# hint: nothing but z came back
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {name: numbers.copy() for name, numbers in layer.items()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape)

# %% wrong: a dict of the running numbers only
# hint: there is no entry 'scale'
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = {"mean": layer["mean"].copy(), "variance": layer["variance"].copy()}
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after

# %% wrong: a new dict with the arrays given
# hint: is the given one itself
def batch_norm(x, layer, training):
    n, channels, height, width = x.shape
    m = n * height * width
    shape = (1, channels, 1, 1)
    after = dict(layer)
    if training:
        if m == 1:
            raise ValueError("one number has no variance")
        mean = x.mean(axis=(0, 2, 3))
        variance = x.var(axis=(0, 2, 3))
        after["mean"] = 0.9 * layer["mean"] + 0.1 * mean
        after["variance"] = 0.9 * layer["variance"] + 0.1 * m / (m - 1) * variance
    else:
        mean, variance = layer["mean"], layer["variance"]
    spread = np.sqrt(variance + 1e-5)
    z = (x - mean.reshape(shape)) / spread.reshape(shape)
    return layer["scale"].reshape(shape) * z + layer["offset"].reshape(shape), after
