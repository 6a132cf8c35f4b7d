# Answers to the task "signs": each is a whole answer cell.

# %% right: written out in PyTorch, rate up and down
def read_signs(X_train, y_train, X_new):
    torch.manual_seed(1)
    layers, before = [], 1
    for channels in (16, 32, 64):
        layers += [nn.Conv2d(before, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(2)]
        before = channels
    model = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(64, 8))
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=8 * 32)
    for _ in range(8):
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        return model(torch.tensor(X_new)[:, None]).argmax(dim=1).tolist()

# %% right: standardised, weight decay, batches of 25, a list returned
from functools import partial
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(2)
    mean, spread = X_train.mean(), X_train.std()
    X, new = (torch.from_numpy((part - mean) / spread).unsqueeze(1) for part in (X_train, X_new))
    model = models.small_cnn((16, 32, 64), classes=8)
    optimizer = partial(torch.optim.AdamW, lr=0.01, weight_decay=0.05)
    training.fit(model, (X, torch.from_numpy(y_train)), epochs=9, batch_size=25, optimizer=optimizer)
    with torch.no_grad():
        return model(new).max(dim=1).indices.tolist()

# %% right: larger first filters, AdamW
from functools import partial
from course_lib import training

def read_signs(X_train, y_train, X_new):
    training.set_seed(3)
    model = nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(64, 8)
    )
    rows = torch.tensor(X_train[:, None]), torch.tensor(y_train)
    training.fit(model, rows, epochs=10, batch_size=32, optimizer=partial(torch.optim.AdamW, lr=0.01))
    return model(torch.tensor(X_new[:, None])).argmax(1).numpy()

# %% wrong: a multilayer perceptron
# hint: does one number behind the filters see a whole sign
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(256, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 8))
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(torch.tensor(X_new)[:, None]).argmax(dim=1).numpy()

# %% wrong: one layer of large filters
# hint: does one number behind the filters see a whole sign
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 32, 7), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(32, 8))
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(torch.tensor(X_new)[:, None]).argmax(dim=1).numpy()

# %% wrong: filters that see a scrap only
# hint: does one number behind the filters see a whole sign
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 64, 4), nn.BatchNorm2d(64), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(64, 8))
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(torch.tensor(X_new)[:, None]).argmax(dim=1).numpy()

# %% wrong: without normalisation
# hint: is each layer normalised
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = nn.Sequential(*[one for one in models.small_cnn((16, 32, 64), classes=8) if not isinstance(one, nn.BatchNorm2d)])
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(torch.tensor(X_new)[:, None]).argmax(dim=1).numpy()

# %% wrong: weights for every place, wide benches cut off
# hint: nothing may be cut off
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = nn.Sequential(nn.Flatten(), *models.small_cnn((16, 32, 64), classes=8, image_shape=(16, 16), head='flat'))
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(torch.tensor(X_new)[:, None, :16, :16]).argmax(dim=1).numpy()

# %% wrong: wide benches shrunk
# hint: nothing may be cut off or shrunk
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = models.small_cnn((16, 32, 64), classes=8)
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(nn.functional.interpolate(torch.tensor(X_new)[:, None], (16, 16))).argmax(dim=1).numpy()

# %% wrong: workshop 1, whatever is asked
# hint: learn from the pictures that the function is given
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    X_train, y_train = workshop(1)[:2]
    training.set_seed(0)
    model = models.small_cnn((16, 32, 64), classes=8)
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(torch.tensor(X_new)[:, None]).argmax(dim=1).numpy()

# %% wrong: logits returned
# hint: but read is (300, 8)
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = models.small_cnn((16, 32, 64), classes=8)
    X, y = torch.tensor(X_train)[:, None], torch.tensor(y_train)
    training.fit(model, (X, y), epochs=8, batch_size=32, learning_rate=0.01)
    return model(torch.tensor(X_new)[:, None]).detach().numpy()

# %% wrong: a support vector machine on the most ink
# hint: does one number behind the filters see a whole sign
from sklearn.svm import SVC

def cut_out(X):
    views = np.lib.stride_tricks.sliding_window_view(X, (8, 8), axis=(1, 2)).reshape(len(X), -1, 64)
    return views[np.arange(len(X)), views.sum(axis=2).argmax(axis=1)]

def read_signs(X_train, y_train, X_new):
    return SVC(C=10).fit(cut_out(X_train), y_train).predict(cut_out(X_new))

# %% wrong: a support vector machine on the pixels
# hint: does one number behind the filters see a whole sign
from sklearn.svm import SVC

def read_signs(X_train, y_train, X_new):
    return SVC(C=10).fit(X_train.reshape(len(X_train), -1), y_train).predict(X_new.reshape(len(X_new), -1))

# %% wrong: the library's settings
# hint: are the rate, the filters, the epochs enough
from course_lib import models, training

def read_signs(X_train, y_train, X_new):
    training.set_seed(0)
    model = models.small_cnn(classes=8)
    training.fit(model, (torch.tensor(X_train)[:, None], torch.tensor(y_train)))
    return model(torch.tensor(X_new)[:, None]).argmax(dim=1).numpy()
