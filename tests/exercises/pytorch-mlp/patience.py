# Answers to the task "patience": each is a whole answer cell.

# %% right: tensors cloned one by one
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% right: a deep copy of the whole model, a while loop
from copy import deepcopy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses = []
    best_epoch = 0
    while len(losses) < max_epochs and len(losses) - best_epoch < patience or not losses:
        train_epoch()
        losses.append(validation_loss())
        if all(losses[-1] < before for before in losses[:-1] if before == before):
            if losses[-1] == losses[-1]:
                best_epoch, best_model = len(losses), deepcopy(model)
    model.load_state_dict(best_model.state_dict())
    return losses

# %% right: saved to memory and loaded
import io

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    kept = io.BytesIO()
    losses = []
    best = None
    for epoch in range(1, max_epochs + 1):
        train_epoch()
        losses.append(validation_loss())
        if best is None or losses[-1] < losses[best - 1]:
            best = epoch
            kept = io.BytesIO()
            torch.save(model.state_dict(), kept)
        elif epoch - best >= patience:
            break
    kept.seek(0)
    model.load_state_dict(torch.load(kept, weights_only=True))
    return losses

# %% right: every state kept, the best found at the end
def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, states = [], []
    for _ in range(max_epochs):
        train_epoch()
        losses.append(validation_loss())
        states.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        best = int(np.nanargmin(losses))
        if len(losses) - 1 - best == patience:
            break
    model.load_state_dict(states[best])
    return losses

# %% wrong: the state kept by reference
# hint: are its tensors copies, or are they the model's own?
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = model.state_dict()
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: a shallow copy of the state
# hint: are its tensors copies, or are they the model's own?
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = model.state_dict().copy()
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: a new dictionary around the same tensors
# hint: the model ends in the state of the last epoch
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = {k: v.detach() for k, v in model.state_dict().items()}
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: the model kept under a second name
# hint: the model ends in the state of the last epoch
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = model
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best.state_dict())
    return losses

# %% wrong: bad epochs never forgotten
# hint: a new best starts the count of bad epochs again
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest = loss
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: compared with the epoch before
# hint: not with that of the epoch before
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad, lowest = bad + 1, loss
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: an equal loss counted as better
# hint: an equal loss is no new best
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss <= lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: one epoch too patient
# hint: one epoch too many
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad > patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: one epoch too hasty
# hint: one epoch too few
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience - 1:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: stops at the first rise
# hint: where is the patience?
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            break
    model.load_state_dict(best)
    return losses

# %% wrong: nan taken for a new best
# hint: nan was taken for a new best
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if not loss >= lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: the best by argmin, which nan wins
# hint: which nan never is
def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, states = [], []
    for _ in range(max_epochs):
        train_epoch()
        losses.append(validation_loss())
        states.append({k: v.clone() for k, v in model.state_dict().items()})
        best = int(np.argmin(losses))
        if len(losses) - 1 - best == patience:
            break
    model.load_state_dict(states[best])
    return losses

# %% wrong: only the parameters put back
# hint: the buffers do not
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = [p.detach().clone() for p in model.parameters()]
        else:
            bad += 1
            if bad == patience:
                break
    with torch.no_grad():
        for p, kept in zip(model.parameters(), best):
            p.copy_(kept)
    return losses

# %% wrong: put back only after an early stop
# hint: where max_epochs ends the training
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                model.load_state_dict(best)
                break
    return losses

# %% wrong: kept but never put back
# hint: Was the best state kept and put back?
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                break
    return losses

# %% wrong: a copy returned to its best, not the model
# hint: the model ends in the state of the last epoch
import copy

def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    losses, lowest, bad = [], float("inf"), 0
    for _ in range(max_epochs):
        train_epoch()
        loss = validation_loss()
        losses.append(loss)
        if loss < lowest:
            lowest, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                break
    model = copy.deepcopy(model)
    model.load_state_dict(best)
    return losses

# %% wrong: hard-coded visible answers
# hint: a new best is lower than all before it
def train_patiently(model, train_epoch, validation_loss, patience, max_epochs):
    for _ in range(5):
        train_epoch()
    return [5.0, 3.0, 4.0, 4.5, 2.0, 2.5, 2.0, 3.5]
