# Answers to the task "copy": each is a whole answer cell.

# %% right: a class with a ModuleList, parameters from torch.tensor
class Network(nn.Module):
    def __init__(self, coefs, intercepts, shape):
        super().__init__()
        self.layers = nn.ModuleList()
        self.shape = shape
        for W, b in zip(coefs, intercepts):
            layer = nn.Linear(W.shape[0], W.shape[1])
            layer.weight = nn.Parameter(torch.tensor(W.T))
            layer.bias = nn.Parameter(torch.tensor(b))
            self.layers.append(layer)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.shape(layer(x))
        return self.layers[-1](x)

def copy_network(coefs, intercepts, activation):
    shapes = {"relu": torch.relu, "tanh": torch.tanh, "logistic": torch.sigmoid, "identity": lambda x: x}
    if activation not in shapes:
        raise ValueError(f"unknown activation {activation!r}")
    return Network(coefs, intercepts, shapes[activation])

# %% right: a state dict loaded into a fresh Sequential
def copy_network(coefs, intercepts, activation):
    match activation:
        case "relu":
            make = nn.ReLU
        case "tanh":
            make = nn.Tanh
        case "logistic":
            make = nn.Sigmoid
        case "identity":
            make = nn.Identity
        case _:
            raise ValueError(activation)
    network = nn.Sequential()
    state = {}
    for k, (W, b) in enumerate(zip(coefs, intercepts)):
        if k:
            network.append(make())
        state[f"{len(network)}.weight"] = torch.from_numpy(np.ascontiguousarray(W.T))
        state[f"{len(network)}.bias"] = torch.from_numpy(b)
        network.append(nn.Linear(*W.shape))
    network.double().load_state_dict(state)
    return network

# %% right: own parameters, no nn.Linear, no module for the identity
class Stack(nn.Module):
    def __init__(self, coefs, intercepts, activation):
        super().__init__()
        self.n = len(coefs)
        self.activation = activation
        for k in range(self.n):
            self.register_parameter(f"W{k}", nn.Parameter(torch.as_tensor(coefs[k]).T.clone()))
            self.register_parameter(f"b{k}", nn.Parameter(torch.as_tensor(intercepts[k]).clone()))

    def forward(self, x):
        for k in range(self.n):
            x = x @ getattr(self, f"W{k}").T + getattr(self, f"b{k}")
            if k < self.n - 1 and self.activation != "identity":
                x = {"relu": nn.functional.relu, "tanh": torch.tanh, "logistic": torch.sigmoid}[self.activation](x)
        return x

def copy_network(coefs, intercepts, activation):
    if activation not in ("relu", "tanh", "logistic", "identity"):
        raise ValueError("activation")
    return Stack(coefs, intercepts, activation)

# %% right: the .data of float64 layers set, one after another
def copy_network(coefs, intercepts, activation):
    names = ["identity", "relu", "tanh", "logistic"]
    if names.count(activation) != 1:
        raise ValueError(f"{activation} is none of {names}")
    make = [nn.Identity, nn.ReLU, nn.Tanh, nn.Sigmoid][names.index(activation)]
    parts = []
    for W, b in zip(coefs, intercepts):
        linear = nn.Linear(W.shape[0], W.shape[1]).to(torch.float64)
        linear.weight.data = torch.from_numpy(W).t().clone()
        linear.bias.data = torch.from_numpy(b.copy())
        parts.append(nn.Sequential(make(), linear) if parts else linear)
    return nn.Sequential(*parts)

# %% wrong: the weights not transposed
# hint: PyTorch's are (out, in)
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1])

# %% wrong: an activation after the last layer
# hint: the last layer has no activation
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers)

# %% wrong: probabilities for logits
# hint: logits are wanted here, not probabilities
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1], nn.Softmax(dim=1))

# %% wrong: the biases left as they were drawn or out
# hint: the biases are missing
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W in coefs:
        layer = nn.Linear(*W.shape, bias=False, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1])

# %% wrong: float32 layers, made float64 at the end
# hint: have passed through float32
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(W.T))
            layer.bias.copy_(torch.from_numpy(b))
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1]).double()

# %% wrong: left in float32
# hint: dtype
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(W.T))
            layer.bias.copy_(torch.from_numpy(b))
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1])

# %% wrong: a ReLU always
# hint: a ReLU whatever the activation is called
def copy_network(coefs, intercepts, activation):
    if activation not in ("relu", "tanh", "logistic", "identity"):
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

# %% wrong: works for one hidden layer only
# hint: the number of layers and their widths are free
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in [(coefs[0], intercepts[0]), (coefs[-1], intercepts[-1])][: len(coefs)]:
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers += [layer, known[activation]()]
    network = nn.Sequential(*layers[:-1])
    return network if len(coefs) <= 2 else lambda x: torch.zeros(len(x), coefs[-1].shape[1])

# %% wrong: parameters that share the arrays' memory
# hint: the network's weights share their memory with the arrays
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.from_numpy(W.T))
        layer.bias = nn.Parameter(torch.from_numpy(b))
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1])

# %% wrong: biases that share the arrays' memory
# hint: the network's biases share their memory with the arrays
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight.data = torch.from_numpy(np.ascontiguousarray(W.T))
        layer.bias.data = torch.from_numpy(b)
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1])

# %% wrong: layers in a plain list, which the module does not know
# hint: a plain list hides them
class Network(nn.Module):
    def __init__(self, layers, shape):
        super().__init__()
        self.layers, self.shape = layers, shape

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.shape(layer(x))
        return self.layers[-1](x)

def copy_network(coefs, intercepts, activation):
    shapes = {"relu": torch.relu, "tanh": torch.tanh, "logistic": torch.sigmoid, "identity": lambda x: x}
    if activation not in shapes:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers.append(layer)
    return Network(layers, shapes[activation])

# %% wrong: frozen
# hint: gradients must reach them
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    if activation not in known:
        raise ValueError(activation)
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T), requires_grad=False)
        layer.bias = nn.Parameter(torch.tensor(b), requires_grad=False)
        layers += [layer, known[activation]()]
    return nn.Sequential(*layers[:-1])

# %% wrong: KeyError for an unknown activation
# hint: gets a KeyError: a ValueError is asked for
def copy_network(coefs, intercepts, activation):
    make = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}[activation]
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers += [layer, make()]
    return nn.Sequential(*layers[:-1])

# %% wrong: an unknown activation is the identity
# hint: an unknown activation passes unnoticed
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid}
    layers = []
    for W, b in zip(coefs, intercepts):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers += [layer, known.get(activation, nn.Identity)()]
    return nn.Sequential(*layers[:-1])

# %% wrong: the activation looked at only where it is needed
# hint: with no hidden layer, an unknown activation passes unnoticed
def copy_network(coefs, intercepts, activation):
    known = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid, "identity": nn.Identity}
    layers = []
    for k, (W, b) in enumerate(zip(coefs, intercepts)):
        layer = nn.Linear(*W.shape, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(W.T))
        layer.bias = nn.Parameter(torch.tensor(b))
        layers.append(layer)
        if k < len(coefs) - 1:
            if activation not in known:
                raise ValueError(activation)
            layers.append(known[activation]())
    return nn.Sequential(*layers)
