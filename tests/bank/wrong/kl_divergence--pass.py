# stub: kl_divergence
# part: loss
# misconception: not-finished
# why: pass in place of an answer
# short-run: loses
def kl_divergence(mu, log_var):
    pass
