# stub: reparameterize, reconstruction_loss, kl_divergence, loss_function, train_epoch, train, generate, interpolate, restore
# part: reparameterize, loss, training, latent
# misconception: nothing-returned
# why: every function computes and none returns
# short-run: loses
def reparameterize(self, mu, log_var):
    z = mu + (0.5 * log_var).exp()


def reconstruction_loss(recon_x, x):
    error = recon_x - x.reshape(recon_x.shape)


def kl_divergence(mu, log_var):
    kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var)


def loss_function(recon_x, x, mu, log_var):
    total = reconstruction_loss(recon_x, x), kl_divergence(mu, log_var)


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()


def train(model, loader, epochs, learning_rate, device):
    model.to(device)


def generate(model, count, device):
    shape = (count, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    difference = x_end - x_start


def restore(model, x, known, iterations):
    image = x * known
