# stub: reparameterize
# part: reparameterize
# misconception: not-finished
# why: the stub as it was handed out
# short-run: loses
# expect: error
def reparameterize(self, mu, log_var):
    raise NotImplementedError("reparameterize")
