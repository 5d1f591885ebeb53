"""Grade untrusted VAE homework: sealed student processes, hidden pytest checks, bilingual feedback."""

__version__ = "0.1.0"
