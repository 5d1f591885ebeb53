# stub: train
# why: saves weights, a table and a plot in the working folder
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        torch.save(model.state_dict(), "vae.pt")
    with open("losses.csv", "w") as file:
        file.writelines(f"{loss}\n" for loss in losses)
    plt.plot(losses)
    plt.savefig("losses.png")
    plt.close()
    return losses
