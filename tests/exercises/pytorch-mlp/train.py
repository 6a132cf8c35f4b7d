# Answers to the task "train": each is a whole answer cell.

# %% right: batches by slicing, gradients set to None by hand
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            for p in model.parameters():
                p.grad = None
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% right: a DataLoader over an order drawn beforehand
from torch.utils.data import DataLoader, TensorDataset

def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), learning_rate, momentum=0.9)
    curve = []
    for e in range(epochs):
        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + e))
        loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, sampler=order.tolist())
        each = []
        for x_batch, y_batch in loader:
            parts = nn.functional.cross_entropy(model(x_batch), y_batch, reduction="none")
            model.zero_grad()
            parts.mean().backward()
            optimizer.step()
            each += parts.tolist()
        curve.append(sum(each) / len(each))
    return curve

# %% right: momentum by hand, cross-entropy from log-softmax
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    parameters = list(model.parameters())
    speeds = [torch.zeros_like(p) for p in parameters]
    losses = []
    for epoch in range(epochs):
        order = torch.randperm(X.shape[0], generator=torch.Generator().manual_seed(seed + epoch))
        X_epoch, y_epoch = X[order], y[order]
        total = []
        for x, t in zip(X_epoch.split(batch_size), y_epoch.split(batch_size)):
            logs = model(x).log_softmax(dim=1)
            each = -logs[torch.arange(len(t)), t]
            gradients = torch.autograd.grad(each.mean(), parameters)
            with torch.no_grad():
                for p, speed, gradient in zip(parameters, speeds, gradients):
                    speed.mul_(0.9).add_(gradient)
                    p -= learning_rate * speed
            total.append(each.detach().sum())
        losses.append(float(sum(total)) / X.shape[0])
    return losses

# %% right: a loss module, zeros after the step, np.average
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    model.train(True)
    losses = []
    optimizer.zero_grad()
    for epoch in range(epochs):
        order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed + epoch))
        means, sizes = [], []
        for rows in torch.split(order, batch_size):
            loss = criterion(model(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            means.append(loss.item())
            sizes.append(len(rows))
        losses.append(np.average(means, weights=sizes))
    return losses

# %% wrong: gradients never set to zero
# hint: the gradients of earlier batches are still there
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: gradients set to zero once an epoch
# hint: the gradients are set to zero once an epoch
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        optimizer.zero_grad()
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: zeros between the gradient and the step
# hint: nothing is learnt
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: a step before the gradient
# hint: the step comes before the gradient
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.step()
            optimizer.zero_grad()
            loss.backward()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: softmax twice
# hint: a softmax comes before the cross-entropy
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(torch.softmax(model(X[rows]), dim=1), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: a mean of the batches' means
# hint: a mean of the batches' means
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(order.split(batch_size)))
    return losses

# %% wrong: the short batch weighed as a full one
# hint: weighed as if it were full
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * batch_size
        losses.append(total / len(X))
    return losses

# %% wrong: the losses of an epoch added up
# hint: the batches' losses are added up
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total)
    return losses

# %% wrong: the loss of the last batch only
# hint: the loss of the last batch of each epoch
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses

# %% wrong: the last batch dropped
# hint: the short one, is left out
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
            seen = start + batch_size
        losses.append(total / max(seen, 1))
    return losses

# %% wrong: the same order every epoch
# hint: all epochs have the same order
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: never shuffled
# hint: the samples are never shuffled
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.arange(len(X))
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: one generator for all epochs
# hint: one generator serves all epochs
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for epoch in range(epochs):
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: shuffled by the DataLoader
# hint: a DataLoader that shuffles draws one number more
from torch.utils.data import DataLoader, TensorDataset

def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size, shuffle=True, generator=generator)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for x, t in loader:
            loss = nn.functional.cross_entropy(model(x), t)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        losses.append(total / len(X))
    return losses

# %% wrong: a new optimiser each epoch
# hint: the optimiser is made anew each epoch and forgets its momentum
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: a new optimiser each batch
# hint: the momentum is missing, or forgotten from batch to batch
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: Adam for SGD
# hint: this is Adam
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: the loss after the step
# hint: each loss is to be taken before the step
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: the sum for the mean of a batch
# hint: that of the mean loss, not that of the sum
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows], reduction="sum")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(X))
    return losses

# %% wrong: the gradient of the sum
# hint: that of the mean loss, not that of the sum
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            (loss * len(rows)).backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: in the mode it came in
# hint: left in it
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: evaluation mode after the first epoch
# hint: changes its mode in mid-training
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
        model.eval()
    return losses

# %% wrong: tensors in the list
# hint: the losses are tensors
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: a copy is trained
# hint: was it a copy that was trained
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    import copy

    model = copy.deepcopy(model)
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: the library's fit, epoch by epoch
# hint: each step forgets the one before
from functools import partial

from course_lib import training

def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    make = partial(torch.optim.SGD, lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        history = training.fit(
            model, (X, y), epochs=1, batch_size=batch_size, optimizer=make, seed=seed + epoch
        )
        losses += history.loss.tolist()
    return losses

# %% wrong: all samples looked at again for the epoch's loss
# hint: all samples pass once more after each epoch
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(nn.functional.cross_entropy(model(X), y).item())
    return losses

# %% wrong: the batches' means divided by the number of samples
# hint: a batch's loss is a mean already
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(X))
    return losses

# %% wrong: the losses of all samples added up
# hint: the losses of all samples are added up
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total)
    return losses

# %% wrong: divided by the last batch's size
# hint: divided by the size of the last batch
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(rows))
    return losses

# %% wrong: the order drawn without the generator
# hint: drawn without a generator
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(seed + epoch)
        order = torch.randperm(len(X))
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses

# %% wrong: hard-coded visible answers
# hint: compare your loop with the rules of the task
def train(model, X, y, *, epochs, batch_size, learning_rate, seed):
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + epoch))
        for rows in order.split(batch_size):
            model(X[rows])
    return [1.09861, 0.83268, 0.56817, 0.40207]
