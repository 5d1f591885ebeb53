# stub: train
# part: training
# misconception: not-finished
# why: the stub as it was handed out
# short-run: either
# expect: error
def train(model, loader, epochs, learning_rate, device):
    raise NotImplementedError("train")
