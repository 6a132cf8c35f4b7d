# Answers to the task "mend": each is a whole answer cell.

# %% right: windows of a padded array
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    padded = np.pad(X, ((0, 0), (reach, reach), (reach, reach)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, X.shape[1:], axis=(1, 2))
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        top, left = rng.integers(2 * reach + 1, size=(2, len(order)))
        found.append((windows[order, top, left].copy(), y[order]))
    return found

# %% right: rolled, then wiped
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_epochs):
        order = rows[np.argsort(rng.random(len(rows)))]
        images = []
        for row in order:
            down, right = rng.integers(-reach, reach + 1, size=2)
            image = np.roll(X[row], (down, right), axis=(0, 1))
            if down > 0:
                image[:down] = 0
            if down < 0:
                image[down:] = 0
            if right > 0:
                image[:, :right] = 0
            if right < 0:
                image[:, right:] = 0
            images.append(image)
        found.append((np.array(images), y[order]))
    return found

# %% right: PyTorch, pixel by pixel
def epochs_of(X, y, rows, reach, n_epochs, seed):
    generator = torch.Generator().manual_seed(int(seed))
    images, classes = torch.tensor(X[rows]), torch.tensor(y[rows])
    n, height, width = images.shape
    found = []
    for _ in range(n_epochs):
        order = torch.randperm(n, generator=generator)
        frame = torch.zeros(n, height + 2 * reach, width + 2 * reach)
        places = torch.randint(0, 2 * reach + 1, (n, 2), generator=generator).tolist()
        for k, (down, right) in enumerate(places):
            frame[k, down : down + height, right : right + width] = images[order[k]]
        inner = frame[:, reach : reach + height, reach : reach + width]
        found.append((inner.numpy().copy(), classes[order].numpy()))
    return found

# %% wrong: still rolled
# hint: zeros come in
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            moved[k] = np.roll(X[row], shifts[k], axis=(0, 1))
        found.append((moved, y[order]))
    return found

# %% wrong: the upper end never drawn
# hint: is never drawn
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.integers(-reach, reach, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: validation rows take part
# hint: only training rows may
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(len(X))[: len(rows)]
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: drawn once, before the epochs
# hint: the same way in every epoch
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    ways = rng.integers(-reach, reach + 1, size=(len(X), 2))
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - ways[row]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: one draw an epoch
# hint: draw for each
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.integers(-reach, reach + 1, size=2)
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: one draw for down and right
# hint: two are wanted
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k, [0, 0]]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: classes in the old order
# hint: keep its class
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[rows]))
    return found

# %% wrong: with replacement
# hint: every training row comes once
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.choice(rows, len(rows))
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: the same order in every epoch
# hint: draw it anew
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    order = rng.permutation(rows)
    for _ in range(n_epochs):
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: the ends half as likely
# hint: equally likely
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.uniform(-reach, reach, size=(len(rows), 2)).round().astype(int)
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: an unseeded generator
# hint: the same seed
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng()
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: rows shuffled in place
# hint: what is given stays
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        rng.shuffle(rows)
        order = rows.copy()
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach)
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found

# %% wrong: edges repeated
# hint: with zeros coming in
def epochs_of(X, y, rows, reach, n_epochs, seed):
    rng = np.random.default_rng(seed)
    height, width = X.shape[1:]
    found = []
    for _ in range(n_epochs):
        order = rng.permutation(rows)
        shifts = rng.integers(-reach, reach + 1, size=(len(rows), 2))
        moved = np.zeros((len(rows), height, width), dtype=np.float32)
        for k, row in enumerate(order):
            framed = np.pad(X[row], reach, mode="edge")
            top, left = reach - shifts[k]
            moved[k] = framed[top : top + height, left : left + width]
        found.append((moved, y[order]))
    return found
