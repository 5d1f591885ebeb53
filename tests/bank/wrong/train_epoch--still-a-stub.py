# stub: train_epoch
# part: training
# misconception: not-finished
# why: the stub as it was handed out
# short-run: either
# expect: error
def train_epoch(model, loader, loss_function, optimizer, device):
    raise NotImplementedError("train_epoch")
