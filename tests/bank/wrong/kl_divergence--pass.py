# stub: kl_divergence
# part: loss
# misconception: nothing-returned
# why: pass in place of an answer
# short-run: loses
def kl_divergence(mu, log_var):
    pass
