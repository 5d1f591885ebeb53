# stub: restore
# part: latent
# misconception: restore-leak
# why: hands the original back
# short-run: keeps
def restore(model, x, known, iterations):
    return x.detach().clone()
