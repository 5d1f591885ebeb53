# stub: generate, interpolate, restore
# part: latent
# misconception: file-does-not-import
# why: a notebook saved under the name latent.py
# file: latent.py
# expect: error
{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "metadata": {},
   "outputs": [],
   "source": ["def generate(model, count, device):\n", "    z = torch.randn(count, model.latent_dim)\n"]
  }
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
