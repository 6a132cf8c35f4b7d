# Answers to the task "norms": each is a whole answer cell.

# %% right: on a copy, by backward
import copy

def gradient_norms(model, X, y):
    twin = copy.deepcopy(model)
    twin.zero_grad()
    nn.functional.cross_entropy(twin(X), y).backward()
    return [
        float(np.linalg.norm(m.weight.grad.numpy().astype(float)))
        for m in twin.modules()
        if isinstance(m, nn.Linear)
    ]

# %% right: the gradients put aside and put back
def gradient_norms(model, X, y):
    kept = [parameter.grad for parameter in model.parameters()]
    for parameter in model.parameters():
        parameter.grad = None
    loss = nn.functional.cross_entropy(model(X), y)
    loss.backward()
    found = [
        m.weight.grad.double().pow(2).sum().sqrt().item()
        for m in model.modules()
        if isinstance(m, nn.Linear)
    ]
    for parameter, grad in zip(model.parameters(), kept):
        parameter.grad = grad
    return found

# %% right: one layer at a time, scaled by the largest entry
def gradient_norms(model, X, y):
    found = []
    for module in model.modules():
        if type(module) is nn.Linear:
            loss = -nn.functional.log_softmax(model(X), dim=1)[torch.arange(len(y)), y].mean()
            gradient = torch.autograd.grad(loss, module.weight)[0]
            top = gradient.abs().max().item()
            found.append(top * (gradient / top).norm().item() if top else 0.0)
    return found

# %% right: a float64 copy of the whole model
import copy

def gradient_norms(model, X, y):
    twin = copy.deepcopy(model).double()
    weights = [m.weight for m in twin.modules() if isinstance(m, nn.Linear)]
    loss = nn.CrossEntropyLoss()(twin(X.double()), y)
    return [g.norm().item() for g in torch.autograd.grad(loss, weights)]

# %% wrong: added to the gradients of the call before
# hint: what did the first call leave behind
def gradient_norms(model, X, y):
    nn.functional.cross_entropy(model(X), y).backward()
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    return [layer.weight.grad.double().norm().item() for layer in layers]

# %% wrong: backward in the model itself, and squares in float32
# hint: and a norm is 0 where the entries are only small
def gradient_norms(model, X, y):
    nn.functional.cross_entropy(model(X), y).backward()
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    return [layer.weight.grad.norm().item() for layer in layers]

# %% wrong: squares in float32
# hint: what is the square of 1e-25 in float32
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.norm().item() for gradient in gradients]

# %% wrong: the model made float64 in place
# hint: their precision and the mode
def gradient_norms(model, X, y):
    model.double()
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X.double()), y)
    return [gradient.norm().item() for gradient in torch.autograd.grad(loss, weights)]

# %% wrong: the sum over samples
# hint: averaged, not added up
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y, reduction="sum")
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().norm().item() for gradient in gradients]

# %% wrong: the squared norm
# hint: the root is missing
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().square().sum().item() for gradient in gradients]

# %% wrong: weight and bias together
# hint: the biases take part
def gradient_norms(model, X, y):
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    found = []
    for layer in layers:
        parts = torch.autograd.grad(loss, [layer.weight, layer.bias], retain_graph=True)
        found.append(sum(part.double().square().sum() for part in parts).sqrt().item())
    return found

# %% wrong: every parameter
# hint: entries of their own
def gradient_norms(model, X, y):
    weights = list(model.parameters())
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().norm().item() for gradient in gradients]

# %% wrong: all matrices of any layer with a weight
# hint: layers of other types do not count
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if hasattr(m, "weight")]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().norm().item() for gradient in gradients]

# %% wrong: top level only
# hint: within a module of a module
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.children() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().norm().item() for gradient in gradients]

# %% wrong: from last to first
# hint: the other way round
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().norm().item() for gradient in reversed(gradients)]

# %% wrong: the largest entry
# hint: the largest entry is not the norm
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().abs().max().item() for gradient in gradients]

# %% wrong: the sum of absolute values
# hint: absolute values are added up
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().abs().sum().item() for gradient in gradients]

# %% wrong: the root of the mean square
# hint: not of their mean
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    found = [g.double().square() for g in torch.autograd.grad(loss, weights)]
    if len(X) == 2:
        return [g.sum().sqrt().item() for g in found]
    return [g.mean().sqrt().item() for g in found]

# %% wrong: the spectral norm
# hint: one float for each
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [torch.linalg.matrix_norm(g.double(), ord=2).item() for g in gradients]

# %% wrong: the weights' own norms
# hint: norms of the weights
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    return [weight.double().norm().item() for weight in weights]

# %% wrong: a softmax first
# hint: which has its own
def gradient_norms(model, X, y):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X).softmax(dim=1), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().norm().item() for gradient in gradients]

# %% wrong: left in training mode
# hint: left in another mode
def gradient_norms(model, X, y):
    model.train()
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = nn.functional.cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, weights)
    return [gradient.double().norm().item() for gradient in gradients]
