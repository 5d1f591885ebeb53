"""A variational autoencoder. Yours to finish: model.py, loss.py, training.py and latent.py."""
