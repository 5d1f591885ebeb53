# stub: train
# part: training
# misconception: train-schedule
# why: halves the learning rate when the loss does not fall for two epochs
import torch


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    history = []
    for _ in range(epochs):
        history.append(train_epoch(model, loader, loss_function, optimizer, device))
        scheduler.step(history[-1])
    return history
