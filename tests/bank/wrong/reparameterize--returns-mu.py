# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-noise
# why: no noise at all: a plain autoencoder
def reparameterize(self, mu, log_var):
    return mu
