# stub: restore
# part: latent
# misconception: not-finished
# why: the stub as it was handed out
# short-run: keeps
# expect: error
def restore(model, x, known, iterations):
    raise NotImplementedError("restore")
