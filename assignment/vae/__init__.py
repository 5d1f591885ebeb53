"""A variational autoencoder. You finish model.py, loss.py, training.py and latent.py."""
