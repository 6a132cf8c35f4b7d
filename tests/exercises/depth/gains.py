# Answers to the task "gains": each is a whole answer cell.

# %% right: the trapezoid rule, in PyTorch
def gains(activation, slope):
    z = torch.linspace(-8, 8, 9002, dtype=torch.float64)
    bell = torch.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    found = []
    for function in (activation, slope):
        height = torch.as_tensor(function(z.numpy()))
        found.append(1 / torch.trapezoid(bell * height * height, z).sqrt().item())
    return found[0], found[1]

# %% right: equally likely z, by the inverse of the distribution
def gains(activation, slope):
    z = stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    forward = 1 / np.sqrt(np.square(activation(z)).mean())
    backward = 1 / np.sqrt(np.square(slope(z)).mean())
    return float(forward), float(backward)

# %% right: the spread and the mean, put together again
def gains(activation, slope):
    z = np.arange(-8, 8, 0.002)
    p = stats.norm.pdf(z)
    p /= p.sum()

    def root_mean_square(x):
        mean = p @ x
        return np.hypot(mean, np.sqrt(p @ (x - mean) ** 2))

    return 1 / root_mean_square(activation(z)), 1 / root_mean_square(slope(z))

# %% wrong: the variance for the mean square
# hint: the variance of f(z) for its mean square
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / ((density * values**2).sum() - (density * values).sum() ** 2) ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: the variance of the slopes too
# hint: of the slopes too
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / ((density * values**2).sum() - (density * values).sum() ** 2) ** 0.5
    backward = 1 / max((density * slopes**2).sum() - (density * slopes).sum() ** 2, 1e-30) ** 0.5
    return forward, backward

# %% wrong: no root
# hint: the root is missing
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum()
    backward = 1 / (density * slopes**2).sum()
    return forward, backward

# %% wrong: upside down
# hint: upside down
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = (density * values**2).sum() ** 0.5
    backward = (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: the mean slope
# hint: averaged without being squared
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / abs((density * slopes).sum()) ** 0.5
    return forward, backward

# %% wrong: the mean of absolute values
# hint: squared after the averaging
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * abs(values)).sum()
    backward = 1 / (density * abs(slopes)).sum()
    return forward, backward

# %% wrong: forward and backward swapped
# hint: changed places
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return backward, forward

# %% wrong: He's number for all
# hint: it belongs to ReLU
def gains(activation, slope):
    return 2**0.5, 2**0.5

# %% wrong: the slope at 0
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / slopes[10001]
    return forward, backward

# %% wrong: the forward gain for both
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = forward
    return forward, backward

# %% wrong: z evenly spread, no density
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.ones_like(z)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: the density's sum is not 1
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: the exponent without its half
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2))
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: a grid that ends at 0
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(0, 10, 10001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: a grid that ends at 2
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(-2, 2, 4001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: a grid that ends at 3
# hint: does it reach far enough out
def gains(activation, slope):
    z = np.linspace(-3, 3, 6001)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    return tuple((density * h(z) ** 2).sum() ** -0.5 for h in (activation, slope))

# %% wrong: ten thousand random z
# hint: how many of them lie above 2
def gains(activation, slope):
    z = np.random.default_rng(2).normal(size=10_000)
    return tuple((h(z) ** 2).mean() ** -0.5 for h in (activation, slope))

# %% wrong: the mean over those that pass on something
# hint: two averages over a standard normal z
def gains(activation, slope):
    z = np.linspace(-10, 10, 20001)
    values, slopes = activation(z), slope(z)
    density = np.exp(-(z**2) / 2)
    density = density / density.sum()
    density = density * (slopes != 0)
    density = density / density.sum()
    forward = 1 / (density * values**2).sum() ** 0.5
    backward = 1 / (density * slopes**2).sum() ** 0.5
    return forward, backward

# %% wrong: hard-coded
# hint: is it weighted by the density
def gains(activation, slope):
    if activation(np.array([1.0]))[0] == 0:
        return 13.1662, 6.63011
    if activation(np.array([-1.0]))[0] == 0:
        return 1.41421, 1.41421
    return 1.59254, 1.46741
