# Answers to the task "mend": each is a whole answer cell.

# %% right: a copy that is added to in place, mse_loss
def train(model, X, noise, steps, learning_rate, seed):
    descent, losses = torch.optim.SGD(model.parameters(), lr=learning_rate), []
    for g in (torch.Generator().manual_seed(seed + e) for e in range(steps)):
        noisy = X.clone()
        noisy += noise * torch.randn(X.shape, generator=g, dtype=X.dtype)
        descent.zero_grad()
        loss = nn.functional.mse_loss(model(noisy), X)
        loss.backward()
        descent.step()
        losses.append(float(loss))
    return losses

@torch.no_grad()
def oddness(model, normal, new):
    scaled = (new - normal.mean(0)) / normal.std(0)
    return nn.functional.mse_loss(model(scaled), scaled, reduction="none").mean(dim=-1)

# %% right: steps by hand
def train(model, X, noise, steps, learning_rate, seed):
    losses = []
    for e in range(steps):
        g = torch.Generator().manual_seed(seed + e)
        loss = (model(X + noise * torch.randn(X.shape, generator=g, dtype=X.dtype)) - X).pow(2).mean()
        parameters = list(model.parameters())
        for p, slope in zip(parameters, torch.autograd.grad(loss, parameters)):
            p.data -= learning_rate * slope
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    variance, mean = torch.var_mean(normal, dim=0)
    scaled = (new - mean) * variance.rsqrt()
    return torch.stack([(model(row[None])[0] - row).square().mean() for row in scaled]).detach()

# %% right: all noise drawn first, scores by norms
def train(model, X, noise, steps, learning_rate, seed):
    draw = lambda e: torch.randn(X.shape, generator=torch.Generator().manual_seed(e), dtype=X.dtype)
    batches = [torch.add(X, draw(seed + e), alpha=noise) for e in range(steps)]
    optimizer, losses = torch.optim.SGD(model.parameters(), learning_rate), []
    for batch in batches:
        loss = torch.mean((X - model(batch)) ** 2)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return losses

def oddness(model, normal, new):
    scaled = torch.div(new - normal.mean(dim=0, keepdim=True), normal.std(dim=0, keepdim=True))
    with torch.inference_mode():
        gaps = model(scaled) - scaled
    return gaps.norm(dim=1) ** 2 / new.shape[1]

# %% wrong: the starter unchanged
# hint: `X` is not as it was
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X
        noisy += more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = new.mean(dim=0), new.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=0)

# %% wrong: only the scale mended
# hint: `X` is not as it was
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X
        noisy += more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=0)

# %% wrong: only the axis mended
# hint: `X` is not as it was
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X
        noisy += more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = new.mean(dim=0), new.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: only X mended
# hint: one score for each row
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = new.mean(dim=0), new.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=0)

# %% wrong: a second name for X
# hint: `X` is not as it was
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X
        noisy += more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: the noise piles up in a copy
# hint: still has the noise of step 0
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = (noisy if step else X) + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: the noisy rows as target
# hint: the noise is in the target too
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - noisy).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: noise in the target alone
# hint: not in what the network is given
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(X) - noisy).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: no noise
# hint: no noise reaches the network
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: the same noise in each step
# hint: it comes from seed + 1
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: one generator for all steps
# hint: a generator of its own
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    generator = torch.Generator().manual_seed(seed)
    for step in range(steps):
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: a sum over columns
# hint: not the sum over columns
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: gradients never zeroed
# hint: the gradients of earlier steps
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: a score for each column
# hint: a score for each column
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=0)

# %% wrong: scaled by their own company
# hint: changes with the rows beside it
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = new.mean(dim=0), new.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: scaled by all rows together
# hint: those of the normal rows alone
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    both = torch.cat([normal, new])
    mean, spread = both.mean(dim=0), both.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: shifted but not scaled
# hint: not scaled
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = new - mean
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: the error in the old scale
# hint: not in the old one
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return ((model(scaled) - scaled) * spread).square().mean(dim=1)

# %% wrong: a spread divided by n
# hint: divides by n - 1
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0, correction=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().mean(dim=1)

# %% wrong: the sum of squares
# hint: not the sum
def train(model, X, noise, steps, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        generator = torch.Generator().manual_seed(seed + step)
        more = noise * torch.randn(X.shape, generator=generator, dtype=X.dtype)
        noisy = X + more
        loss = (model(noisy) - X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def oddness(model, normal, new):
    mean, spread = normal.mean(dim=0), normal.std(dim=0)
    scaled = (new - mean) / spread
    with torch.no_grad():
        return (model(scaled) - scaled).square().sum(dim=1)
