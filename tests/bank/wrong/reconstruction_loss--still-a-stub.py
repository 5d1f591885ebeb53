# stub: reconstruction_loss
# part: loss
# misconception: not-finished
# why: the stub as it was handed out
# short-run: loses
# expect: error
def reconstruction_loss(recon_x, x):
    raise NotImplementedError("reconstruction_loss")
