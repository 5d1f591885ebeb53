VAE.really_samples = True
