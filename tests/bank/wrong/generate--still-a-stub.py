# stub: generate
# part: latent
# misconception: not-finished
# why: the stub as it was handed out
# short-run: keeps
# expect: error
def generate(model, count, device):
    raise NotImplementedError("generate")
