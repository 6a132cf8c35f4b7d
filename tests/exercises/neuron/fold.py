# Answers to the task "fold": each is a whole answer cell.

# %% right: an index and a row of ones
def count_parameters(weights, biases):
    total = 0
    for W, b in zip(weights, biases):
        total += W.shape[0] * W.shape[1] + b.shape[0]
    return total

def collapse(weights, biases, activations):
    affine = [np.vstack([W, b]) for W, b in zip(weights, biases)]
    done = [affine[0]]
    for k, between in enumerate(activations):
        if between == "relu":
            done.append(affine[k + 1])
        else:
            W, b = affine[k + 1][:-1], affine[k + 1][-1]
            merged = done[-1] @ W
            merged[-1] += b
            done[-1] = merged
    return [A[:-1] for A in done], [A[-1] for A in done]

# %% right: from the last layer to the first
def count_parameters(weights, biases):
    return np.sum([(len(W) + 1) * len(b) for W, b in zip(weights, biases)])

def collapse(weights, biases, activations):
    Ws, bs = [weights[-1]], [biases[-1]]
    for W, b, after in zip(weights[-2::-1], biases[-2::-1], activations[::-1]):
        if after == "identity":
            bs[0] = b @ Ws[0] + bs[0]
            Ws[0] = W @ Ws[0]
        else:
            Ws.insert(0, W)
            bs.insert(0, b)
    return Ws, bs

# %% right: recursion, tuples
def count_parameters(weights, biases):
    return sum(np.size(W) for W in weights) + sum(np.size(b) for b in biases)

def collapse(weights, biases, activations):
    if "identity" not in activations:
        return tuple(weights), tuple(biases)
    k = activations.index("identity")
    W = weights[k] @ weights[k + 1]
    b = np.dot(biases[k], weights[k + 1]) + biases[k + 1]
    return collapse(
        [*weights[:k], W, *weights[k + 2 :]],
        [*biases[:k], b, *biases[k + 2 :]],
        activations[:k] + activations[k + 1 :],
    )

# %% right: where the axes and the origin go
def count_parameters(weights, biases):
    return len(np.concatenate([part.ravel() for part in [*weights, *biases]]))

def collapse(weights, biases, activations):
    new_weights, new_biases, run = [], [], []
    for W, b, after in zip(weights, biases, [*activations, "relu"]):
        run.append((W, b))
        if after == "identity":
            continue
        size = len(run[0][0])
        points = np.vstack([np.eye(size), np.zeros(size)])
        for V, c in run:
            points = points @ V + c
        new_weights.append(points[:-1] - points[-1])
        new_biases.append(points[-1])
        run = []
    return new_weights, new_biases

# %% wrong: the biases added up
# hint: the first bias passes through the second matrix
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    new_weights, new_biases = [weights[0]], [biases[0]]
    for W, b, before in zip(weights[1:], biases[1:], activations):
        if before == "identity":
            new_biases[-1] = new_biases[-1] + b
            new_weights[-1] = new_weights[-1] @ W
        else:
            new_biases.append(b)
            new_weights.append(W)
    return new_weights, new_biases

# %% wrong: the first bias lost
# hint: the first of the merged biases is lost
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    new_weights, new_biases = [weights[0]], [biases[0]]
    for W, b, before in zip(weights[1:], biases[1:], activations):
        if before == "identity":
            new_biases[-1] = b
            new_weights[-1] = new_weights[-1] @ W
        else:
            new_biases.append(b)
            new_weights.append(W)
    return new_weights, new_biases

# %% wrong: the second bias lost
# hint: the second of the merged biases is lost
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    new_weights, new_biases = [weights[0]], [biases[0]]
    for W, b, before in zip(weights[1:], biases[1:], activations):
        if before == "identity":
            new_biases[-1] = new_biases[-1] @ W
            new_weights[-1] = new_weights[-1] @ W
        else:
            new_biases.append(b)
            new_weights.append(W)
    return new_weights, new_biases

# %% wrong: the matrices multiplied the wrong way round
# hint: so that one stands on the left
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    new_weights, new_biases = [weights[0]], [biases[0]]
    for W, b, before in zip(weights[1:], biases[1:], activations):
        if before == "identity":
            new_biases[-1] = new_biases[-1] @ W + b
            new_weights[-1] = W @ new_weights[-1]
        else:
            new_biases.append(b)
            new_weights.append(W)
    return new_weights, new_biases

# %% wrong: everything folded, relus too
# hint: a relu cannot be folded away
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    W, b = weights[0], biases[0]
    for V, c in zip(weights[1:], biases[1:]):
        W, b = W @ V, b @ V + c
    return [W], [b]

# %% wrong: the biases not counted
# hint: the biases are parameters, too
def count_parameters(weights, biases):
    return sum(W.size for W in weights)

def collapse(weights, biases, activations):
    new_weights, new_biases = [weights[0]], [biases[0]]
    for W, b, before in zip(weights[1:], biases[1:], activations):
        if before == "identity":
            new_biases[-1] = new_biases[-1] @ W + b
            new_weights[-1] = new_weights[-1] @ W
        else:
            new_biases.append(b)
            new_weights.append(W)
    return new_weights, new_biases

# %% wrong: the arrays counted, not the numbers
# hint: count the numbers, not the arrays
def count_parameters(weights, biases):
    return len(weights) + len(biases)

def collapse(weights, biases, activations):
    new_weights, new_biases = [weights[0]], [biases[0]]
    for W, b, before in zip(weights[1:], biases[1:], activations):
        if before == "identity":
            new_biases[-1] = new_biases[-1] @ W + b
            new_weights[-1] = new_weights[-1] @ W
        else:
            new_biases.append(b)
            new_weights.append(W)
    return new_weights, new_biases

# %% wrong: the matrices merged in place, with the caller's biases
# hint: collapse has changed the lists or arrays
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    k = 0
    for between in activations:
        if between == "identity":
            W, b = weights.pop(k + 1), biases.pop(k + 1)
            biases[k] = biases[k] @ W + b
            weights[k] = weights[k] @ W
        else:
            k += 1
    return weights, biases

# %% wrong: identities in a row only merged in pairs
# hint: merge from first to last
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    new_weights, new_biases, k = [], [], 0
    while k < len(weights):
        if k < len(activations) and activations[k] == "identity":
            new_weights.append(weights[k] @ weights[k + 1])
            new_biases.append(biases[k] @ weights[k + 1] + biases[k + 1])
            k += 2
        else:
            new_weights.append(weights[k])
            new_biases.append(biases[k])
            k += 1
    return new_weights, new_biases

# %% wrong: the activation taken for the one after the layer
# hint: first two separated by an identity
def count_parameters(weights, biases):
    return sum(part.size for part in [*weights, *biases])

def collapse(weights, biases, activations):
    new_weights, new_biases = [weights[0]], [biases[0]]
    for W, b, after in zip(weights[1:], biases[1:], [*activations[1:], "relu"]):
        if after == "identity":
            new_biases[-1] = new_biases[-1] @ W + b
            new_weights[-1] = new_weights[-1] @ W
        else:
            new_biases.append(b)
            new_weights.append(W)
    return new_weights, new_biases
