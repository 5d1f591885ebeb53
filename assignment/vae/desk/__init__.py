"""The desk: the commands of `python -m vae`. Given; the four files that you edit are one folder up."""
