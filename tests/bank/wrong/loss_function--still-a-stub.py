# stub: loss_function
# part: loss
# misconception: not-finished
# why: the stub as it was handed out
# short-run: loses
# expect: error
def loss_function(recon_x, x, mu, log_var):
    raise NotImplementedError("loss_function")
