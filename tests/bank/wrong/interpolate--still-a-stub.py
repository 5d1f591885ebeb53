# stub: interpolate
# part: latent
# misconception: not-finished
# why: the stub as it was handed out
# short-run: keeps
# expect: error
def interpolate(model, x_start, x_end, steps):
    raise NotImplementedError("interpolate")
