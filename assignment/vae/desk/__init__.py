"""What `python -m vae` does at your desk, one command a file. Given."""
